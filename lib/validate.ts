/** Validates untrusted data without repeating it in errors: the library's own errors contain the whole input. */

import * as v from 'valibot'

/** Parses `input` by the shape; throws an Error that names `what` and the field, but no values. */
export function validate<T>(shape: v.GenericSchema<unknown, T>, input: unknown, what: string): T {
  const result = v.safeParse(shape, input, { abortEarly: true })
  if (result.success) return result.output
  throw new Error(`${what} is invalid: ${v.getDotPath(result.issues[0]) ?? 'its kind'}`)
}

/** Checks what is not ours to trust, without ever repeating it: a library's own error carries the whole input. */

import * as v from 'valibot'

/** Reads `input` in the shape wanted; throws an Error that names `what` and the field, and none of the values. */
export function validate<T>(shape: v.GenericSchema<unknown, T>, input: unknown, what: string): T {
  const result = v.safeParse(shape, input, { abortEarly: true })
  if (result.success) return result.output
  throw new Error(`${what} is not as it should be: ${v.getDotPath(result.issues[0]) ?? 'its kind'}`)
}

import * as v from 'valibot'

import { RequestError } from './errors.ts'

/** Reads a JSON body into a shape; throws RequestError `body-not-json` or `body-invalid`, which names the field. */
export function checkedBody<T>(body: string, shape: v.GenericSchema<unknown, T>): T {
  const result = v.safeParse(shape, parsed(body))
  if (result.success) return result.output
  const [issue] = result.issues
  throw new RequestError(
    'body-invalid',
    400,
    `${v.getDotPath(issue) ?? 'the body'}: expected ${issue.expected ?? 'less'}.`,
  )
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch (cause) {
    throw new RequestError('body-not-json', 400, 'The body is not JSON.', { cause })
  }
}

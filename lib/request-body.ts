import * as v from 'valibot'

import { RequestError } from './errors.ts'
import { sayIssue } from './say-issue.ts'

/** Parses a JSON body by a shape; throws RequestError `body-not-json` or `body-invalid`, which names the field. */
export function checkedBody<T>(body: string, shape: v.GenericSchema<unknown, T>): T {
  const result = v.safeParse(shape, parsed(body))
  if (result.success) return result.output
  throw new RequestError('body-invalid', 400, `${sayIssue(result.issues[0], 'the body')}.`)
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch (cause) {
    throw new RequestError('body-not-json', 400, 'The body is not JSON.', { cause })
  }
}

/** What to do about a failure of the function, in one line. */

import { explainFailure } from '../command/explain-failure.ts'
import { logOf, type Place } from '../command/place.ts'
import { FunctionError } from './report.ts'
import { functionName } from './sync-function.ts'

/** Explains why the function could not be asked, or failed; never with a stack trace. */
export function explainSyncFailure(error: unknown, place: Place): string {
  const name = functionName(place)
  if (error instanceof FunctionError) return `${name} failed: ${error.message}; its log: ${syncLogOf(place)}`
  const right = `lambda:InvokeFunction on ${name}`
  return explainFailure(error, place, { service: 'Lambda', what: `function ${name}`, right })
}

/** Where the function writes its log. */
export function syncLogOf(place: Place): string {
  return logOf(place, 'sync-followers')
}

/** Extracts the id of an event, even if the rest is invalid. */

import * as v from 'valibot'

import { eventIdPattern } from './delivery.ts'
import { withoutByteOrderMark } from './event-text.ts'

export const eventId = v.pipe(
  v.string('must be text'),
  v.regex(eventIdPattern, 'must be 1 to 128 of letters, digits and . _ : @ = + -'),
)

/** Finds the event's id in a body that failed its check, so that the rejection can be looked up by it. */
export function idOf(body: string): string | undefined {
  const found = v.safeParse(v.object({ id: eventId }), silentJson(body))
  return found.success ? found.output.id : undefined
}

/** Reads a body; undefined if it is no JSON. */
export function silentJson(body: string): unknown {
  try {
    return JSON.parse(withoutByteOrderMark(body))
  } catch {
    // Whatever is wrong with it, it is not JSON, which is all the caller needs to know.
    return undefined
  }
}

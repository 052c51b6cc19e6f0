/** Short digests (16 hex digits) of event ids, a hundred of which fit one write unit, and of message bodies. */

import { hash } from 'node:crypto'

/** The name of an event in attempts, by its id. */
export const attemptName = (eventId: string) => nameOf(`attempt ${eventId}`)

/** The name of a copy of an event, by its body: it tells apart two messages with one id and different bodies. */
export const copyName = (body: string) => nameOf(`copy ${body}`)

function nameOf(text: string): string {
  return hash('sha256', text).slice(0, 16)
}

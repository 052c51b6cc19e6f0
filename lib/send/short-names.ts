/** Short names, 16 hexadecimal digits of a digest: of events, a hundred of which go into one write unit, and of copies. */

import { hash } from 'node:crypto'

/** The name of an event in attempts, by its id. */
export const attemptName = (eventId: string) => nameOf(`attempt ${eventId}`)

/** The name of a copy of an event, by its body: it tells apart two messages with one id and different bodies. */
export const copyName = (body: string) => nameOf(`copy ${body}`)

function nameOf(text: string): string {
  return hash('sha256', text).slice(0, 16)
}

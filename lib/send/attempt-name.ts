/** How an attempt names an event: short, for a hundred of them are written in one write unit. */

import { hash } from 'node:crypto'

const nameDigits = 16

/** The name of an event in attempts: 16 hexadecimal digits of a digest of its id. */
export function attemptName(eventId: string): string {
  return hash('sha256', `attempt ${eventId}`).slice(0, nameDigits)
}

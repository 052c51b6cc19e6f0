/** What tells the copies of one event apart: two messages with one id and different bodies. */

import { hash } from 'node:crypto'

const nameDigits = 16

/** The name of a copy: 16 hexadecimal digits of a digest of its body. */
export function copyName(body: string): string {
  return hash('sha256', `copy ${body}`).slice(0, nameDigits)
}

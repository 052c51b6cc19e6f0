/** What every function shares: log, clock and randomness. */

import { setTimeout } from 'node:timers/promises'

import { remainingMs } from '../adapters/deadline.ts'
import { createLog } from '../adapters/logger.ts'

export const now = Date.now
export const log = createLog()
export const random = Math.random

/** Waits this many milliseconds. */
export function sleep(ms: number): Promise<void> {
  return setTimeout(ms)
}

/** Milliseconds left in the current invocation; infinite outside of one. */
export function leftOfInvocation(): number {
  return remainingMs(now())
}

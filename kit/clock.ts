/**
 * The clock of a chaos run: the machine's, plus what the run was moved ahead. Whoever imports this first lives by it,
 * fauxqs and our functions as well: nobody waits for a visibility timeout, and everybody agrees on what time it is.
 */

const wall = Date.now
let aheadMs = 0

Date.now = () => wall() + aheadMs

/** How far this process is ahead of the machine, in ms. */
export function ahead(): number {
  return aheadMs
}

/** Moves this process, never back. */
export function moveTo(ms: number): void {
  aheadMs = Math.max(aheadMs, ms)
}

/** The deadline of the current invocation. A container runs one at a time, so one variable is enough. */

let deadlineAt = Number.POSITIVE_INFINITY

/** Records the deadline (ms) of the invocation that starts. */
export function setDeadline(at: number): void {
  deadlineAt = at
}

/** Milliseconds left in the current invocation; infinite outside of one. */
export function remainingMs(now: number): number {
  return deadlineAt - now
}

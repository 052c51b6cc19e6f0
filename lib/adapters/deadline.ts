/** Until when the present invocation may run. A container runs one at a time, so one number is enough. */

let deadlineAt = Number.POSITIVE_INFINITY

/** Notes the end (ms) of the invocation that begins. */
export function noteDeadline(at: number): void {
  deadlineAt = at
}

/** Milliseconds that the present invocation has left; endless outside of one. */
export function remainingMs(now: number): number {
  return deadlineAt - now
}

/** How long an event may wait: the same wherever it waits, for its time of push goes along with it. */

const dayMs = 86_400_000
/** From then on operators hear of it. */
export const overdueMs = 3 * dayMs
/** A queue keeps a message for 14 days: what still cannot be sent a day before is dead-lettered. */
const longestMs = 13 * dayMs

/** Tells whether an event is not to wait any longer; times in ms. */
export function isGivenUp({ since }: { readonly since: number }, now: number): boolean {
  return now - since > longestMs
}

/** The calendar day in China, where the users are. */

const dayMs = 86_400_000
const chinaMs = 8 * 3_600_000

/** The day of a time (ms), as `2026-11-22`. */
export function chinaDay(now: number): string {
  return new Date(now + chinaMs).toISOString().slice(0, 10)
}

/** Seconds from a time (ms) to the next day, at least 1. */
export function secondsToNextDay(now: number): number {
  return Math.ceil((dayMs - ((now + chinaMs) % dayMs)) / 1000)
}

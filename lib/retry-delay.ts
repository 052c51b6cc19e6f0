/** Retry delays: exponential backoff with jitter, so that what failed together is not retried together. */

const firstSeconds = 10
const longestSeconds = 300

/** Seconds before the next try: doubles with each attempt; a random part between half and all of it is used. */
export function retryDelay(attempts: number, random: () => number): number {
  const full = Math.min(firstSeconds * 2 ** Math.max(0, attempts - 1), longestSeconds)
  return Math.ceil(full / 2 + (random() * full) / 2)
}

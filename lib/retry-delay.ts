/** When something that failed is tried again: ever later, and spread out, so that what failed together stays apart. */

const firstSeconds = 10
const longestSeconds = 300

/** Seconds before the try after so many attempts: doubled with each, between half and all of that by chance. */
export function retryDelay(attempts: number, random: () => number): number {
  const full = Math.min(firstSeconds * 2 ** Math.max(0, attempts - 1), longestSeconds)
  return Math.ceil(full / 2 + (random() * full) / 2)
}

/** Which mutants are tried: by chance, the same for the same seed. */

import { createRandom } from '../../kit/random.ts'

/** So many of them, in the order of chance; all of them if there are fewer. */
export function sampleOf<T>(all: readonly T[], count: number, seed: number): T[] {
  const random = createRandom(seed)
  return all
    .map(it => ({ it, rank: random(2 ** 32) }))
    .toSorted((one, other) => one.rank - other.rank)
    .slice(0, count)
    .map(({ it }) => it)
}

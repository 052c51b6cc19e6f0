/** Which mutants are tried: by chance, the same for the same seed. */

/** So many of them, in the order of chance; all of them if there are fewer. */
export function sampleOf<T>(all: readonly T[], count: number, seed: number): T[] {
  const random = randomOf(seed)
  return all
    .map(it => ({ it, rank: random() }))
    .toSorted((one, other) => one.rank - other.rank)
    .slice(0, count)
    .map(({ it }) => it)
}

/** Mulberry32. */
function randomOf(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Everybody who has WeChat in this box, whatever app knows them: a person is a number, counted from 0, and costs one byte. */

/** More people than any test needs; keeps a typing mistake from taking all memory. */
export const maxPeople = 50_000_000

const firstCapacity = 1024

/** The people. */
export type Population = ReturnType<typeof createPopulation>

/**
 * Creates an empty population. `former` were there before a reset: WeChat knows an openid that it has given for ever, so that
 * theirs are those of people who do not follow, and fail no batch.
 */
export function createPopulation(former = 0) {
  let bound = new Uint8Array(firstCapacity)
  let size = 0

  return {
    /** Adds people who are all alike; returns the number of the first. */
    add: (count: number, { unionid }: { unionid: boolean }): number => {
      const first = size
      size += count
      bound = grown(bound, size)
      bound.fill(unionid ? 1 : 0, first, size)
      return first
    },
    /** Binds a person to the Open Platform late. */
    giveUnionid: (person: number) => {
      bound[person] = 1
    },
    hasUnionid: (person: number) => bound[person] === 1,
    size: () => size,
    /** How many there have ever been. */
    ever: () => Math.max(former, size),
  }
}

function grown(flags: Uint8Array<ArrayBuffer>, needed: number): Uint8Array<ArrayBuffer> {
  if (needed <= flags.length) return flags
  const larger = new Uint8Array(Math.max(needed, flags.length * 2))
  larger.set(flags)
  return larger
}

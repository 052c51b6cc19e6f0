/** All people with WeChat in this box, independent of apps: a person is a number, counted from 0, and costs one byte. */

/** More people than any test needs; prevents a typing mistake from using all memory. */
export const maxPeople = 50_000_000

const firstCapacity = 1024

/** The people. */
export type Population = ReturnType<typeof createPopulation>

/**
 * Creates an empty population. `former` people existed before a reset: WeChat never forgets an openid, so theirs belong to
 * people who do not follow, and fail no batch.
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
    /** Binds a person to the Open Platform account later. */
    giveUnionid: (person: number) => {
      bound[person] = 1
    },
    hasUnionid: (person: number) => bound[person] === 1,
    save: () => ({
      size,
      ever: Math.max(former, size),
      bound: Buffer.from(bound.subarray(0, size)).toString('base64'),
    }),
    load: (saved: { size: number; ever: number; bound: string }) => {
      size = saved.size
      former = saved.ever
      bound = grown(new Uint8Array(Buffer.from(saved.bound, 'base64')), Math.max(size, firstCapacity))
    },
    size: () => size,
    /** The total ever created. */
    ever: () => Math.max(former, size),
  }
}

function grown(flags: Uint8Array<ArrayBuffer>, needed: number): Uint8Array<ArrayBuffer> {
  if (needed <= flags.length) return flags
  const larger = new Uint8Array(Math.max(needed, flags.length * 2))
  larger.set(flags)
  return larger
}

/** What the seed decides, and the count of what it did. */

import { createRandom, type Random } from '../../kit/random.ts'

/** Every fifth is struck: 20 %. */
const sides = 5

/** How often something could have struck, and how often it did. */
export type Tally = Map<string, { struck: number; of: number }>

export type Chance = {
  readonly random: Random
  /** True once in five times, at a time of its own choice; all are counted under this name. */
  strikes(name: string): boolean
}

/** Creates the chance of one part of the run, which the others do not disturb. */
export function createChance(seed: number, tally: Tally): Chance {
  const random = createRandom(seed)
  const dice = new Map<string, () => boolean>()
  return {
    random,
    strikes(name) {
      const die = dice.get(name) ?? createDie(random)
      dice.set(name, die)
      const isStruck = die()
      count(tally, name, { struck: isStruck ? 1 : 0, of: 1 })
      return isStruck
    },
  }
}

/** Says yes once in every five throws, nobody knows in which. */
export function createDie(random: Random): () => boolean {
  let [throws, struck] = [0, 0]
  return () => {
    if (throws++ % sides === 0) struck = random(sides)
    return (throws - 1) % sides === struck
  }
}

/** Adds to the tally. */
export function count(tally: Tally, name: string, { struck, of }: { struck: number; of: number }): void {
  const before = tally.get(name) ?? { struck: 0, of: 0 }
  tally.set(name, { struck: before.struck + struck, of: before.of + of })
}

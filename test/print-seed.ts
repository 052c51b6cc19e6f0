import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  // biome-ignore lint/style/useConsistentTypeDefinitions: only an interface merges with vitest's own
  interface ProvidedContext {
    seed: number
    isFuzzWide: boolean
  }
}

/** Always the same, so that a run differs from the one before by the change alone; `npm run test:seeds` draws others. */
const everydaySeed = 20_261_122

/** Chooses the seed of all property tests, and prints it; `FUZZ=wide` gives the fuzz tests their many inputs. */
export function setup(project: TestProject): void {
  const seed = Number(process.env.FAST_CHECK_SEED ?? everydaySeed)
  if (!Number.isInteger(seed)) throw new Error(`FAST_CHECK_SEED=${process.env.FAST_CHECK_SEED} is no whole number`)
  const isFuzzWide = process.env.FUZZ === 'wide'
  process.stdout.write(`property tests: FAST_CHECK_SEED=${seed}${isFuzzWide ? ' FUZZ=wide' : ''}\n`)
  project.provide('seed', seed)
  project.provide('isFuzzWide', isFuzzWide)
}

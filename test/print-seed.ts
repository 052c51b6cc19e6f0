import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  // biome-ignore lint/style/useConsistentTypeDefinitions: only an interface merges with vitest's own
  interface ProvidedContext {
    seed: number
  }
}

/** Chooses the seed of all property tests, and prints it. */
export function setup(project: TestProject): void {
  const seed = Number(process.env.FAST_CHECK_SEED ?? Date.now() % 2 ** 31)
  process.stdout.write(`property tests: FAST_CHECK_SEED=${seed}\n`)
  project.provide('seed', seed)
}

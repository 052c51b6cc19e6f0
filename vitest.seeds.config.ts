import { globSync, readFileSync } from 'node:fs'

import { defineConfig } from 'vitest/config'

import everyday from './vitest.config.ts'

/** One seed of `npm run test:seeds`: every file with a property test, with many runs each, and the fuzz tests. */
export default defineConfig({
  test: {
    ...everyday.test,
    include: globSync('test/**/*.test.ts', { cwd: import.meta.dirname }).filter(hasProperty),
    exclude: [],
    provide: { isWide: true },
  },
})

function hasProperty(file: string): boolean {
  return /from 'fast-check'/.test(readFileSync(`${import.meta.dirname}/${file}`, 'utf8'))
}

import { globSync, readFileSync } from 'node:fs'

import { defineConfig } from 'vitest/config'

import everyday from './vitest.config.ts'

/** `npm run test:long`: what takes long by itself, and each property test that is narrower in `npm test`, with many runs. */
export default defineConfig({
  test: {
    ...everyday.test,
    include: globSync('test/**/*.test.ts', { cwd: import.meta.dirname }).filter(isLong),
    exclude: [],
    provide: { isWide: true },
  },
})

function isLong(file: string): boolean {
  const isNarrower = () => /from '(\.+\/)+runs\.ts'/.test(readFileSync(`${import.meta.dirname}/${file}`, 'utf8'))
  return file.endsWith('.long.test.ts') || isNarrower()
}

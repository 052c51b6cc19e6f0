import { defineConfig } from 'vitest/config'

import { patience } from './test/patience.ts'

/** `npm run test:browser`: the console, clicked in the system's Chromium. */
export default defineConfig({
  test: {
    include: ['test/browser/**/*.browser.ts'],
    reporters: ['default', './test/closing-line.ts'],
    expect: { requireAssertions: true, poll: { timeout: patience.timeout } },
    // One browser after the other: screenshots are taken of a quiet machine.
    maxWorkers: 1,
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
})

import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    reporters: ['default', './test/closing-line.ts'],
    globalSetup: ['test/print-seed.ts'],
    setupFiles: ['test/seed.ts', 'test/canary-setup.ts'],
    // What a test writes to its console goes through its own stdout, where the canary looks.
    disableConsoleIntercept: true,
    expect: { requireAssertions: true },
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
})

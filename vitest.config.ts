import { availableParallelism } from 'node:os'

import { defineConfig } from 'vitest/config'

import { patience } from './test/patience.ts'

/** `npm test`: all but what takes long (vitest.long.config.ts), with the fewest runs of each property test. */
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/**/*.long.test.ts'],
    provide: { isWide: false },
    reporters: ['default', './test/closing-line.ts'],
    globalSetup: ['test/print-seed.ts'],
    setupFiles: ['test/seed.ts', 'test/canary-setup.ts'],
    // What a test writes to its console goes through its own stdout, where the canary looks.
    disableConsoleIntercept: true,
    expect: { requireAssertions: true, poll: { timeout: patience.timeout } },
    // Half of what the tests take is waiting: on two cores one after the other would leave a core idle.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    // Ten times what any takes on a quiet machine, and more than they wait for something (patience).
    testTimeout: 120_000,
    hookTimeout: 240_000,
  },
})

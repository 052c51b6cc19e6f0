import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    reporters: ['default', './test/closing-line.ts'],
    globalSetup: ['test/print-seed.ts'],
    setupFiles: ['test/seed.ts'],
    env: { POWERTOOLS_LOG_LEVEL: 'SILENT' },
    expect: { requireAssertions: true },
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
})

import { defineConfig } from 'vitest/config'

import everyday from './vitest.config.ts'

/** `npm run test:dynamodb-local`: the contracts of the stores on AWS's own DynamoDB Local. Needs Java. */
export default defineConfig({
  test: {
    ...everyday.test,
    include: ['test/dynamodb-local.ts'],
    globalSetup: ['test/print-seed.ts', 'tools/dynamodb-local.ts'],
  },
})

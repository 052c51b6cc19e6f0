import { expect, it, onTestFinished } from 'vitest'

import { createTokenStore } from '../lib/adapters/dynamo/tokens.ts'
import { openTables } from './dynamodb.ts'
import { officialAppid } from './ids.ts'

it('openTables › hands out a table when it can be used, however long its making takes', async () => {
  const { dynamo, make, close } = await openTables(300)
  onTestFinished(close)

  const tokens = createTokenStore(dynamo, await make('tokens'))

  // Prevents ResourceNotFound for whoever uses a table that is still being made.
  expect(await tokens.read(officialAppid)).toBeUndefined()
})

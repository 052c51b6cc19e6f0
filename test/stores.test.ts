/** Each store's contract, on DynamoDB in memory and on DynamoDB's stand-in over loopback. */

import { describe } from 'vitest'

import { clientOf, openMemoryTables } from '../kit/memory-dynamo.ts'
import { dynamoDbContracts } from './contracts/on-dynamodb.ts'
import { openTables } from './dynamodb.ts'
import { openForAll } from './for-all.ts'

describe('in memory', () =>
  dynamoDbContracts(() => ({ dynamo: clientOf(openMemoryTables()), make: async kind => kind })))

describe('on dynalite', () => {
  const tables = openForAll(() => openTables())
  dynamoDbContracts(() => tables)
})

/** Each store's contract, on DynamoDB in memory and on DynamoDB's stand-in over loopback. */

import { afterAll, beforeAll, describe } from 'vitest'

import { clientOf, openMemoryTables } from '../kit/memory-dynamo.ts'
import { dynamoDbContracts } from './contracts/on-dynamodb.ts'
import { openTables, type Tables } from './dynamodb.ts'

describe('in memory', () =>
  dynamoDbContracts(() => ({ dynamo: clientOf(openMemoryTables()), make: async kind => kind })))

describe('on dynalite', () => {
  let tables: Tables
  beforeAll(async () => {
    tables = await openTables()
  })
  afterAll(() => tables.close())

  dynamoDbContracts(() => tables)
})

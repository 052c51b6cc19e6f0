/** Each store's contract, on DynamoDB in memory and on DynamoDB's stand-in over loopback. */

import { QueryCommand } from '@aws-sdk/lib-dynamodb'
import { describe, expect, it } from 'vitest'

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

// In memory it found nothing, and what DynamoDB refuses was seen on AWS alone.
it('a range that ends before it begins is refused by either', async () => {
  const tables = await openTables()
  const queryIn = (TableName: string) =>
    new QueryCommand({
      TableName,
      KeyConditionExpression: 'walk = :walk AND part BETWEEN :from AND :until',
      ExpressionAttributeValues: { ':walk': 'state', ':from': 2, ':until': 1 },
    })
  const refused = /BETWEEN operator requires upper bound to be greater than or equal to lower bound/
  await expect(tables.dynamo.send(queryIn(await tables.make('walks')))).rejects.toThrow(refused)
  await expect(clientOf(openMemoryTables()).send(queryIn('walks'))).rejects.toThrow(refused)
  await tables.close()
})

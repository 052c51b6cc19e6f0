/** Each store's contract on AWS's own DynamoDB Local: `npm run test:dynamodb-local`. */

import { afterAll, describe, inject } from 'vitest'

import { dynamoDbContracts } from './contracts/on-dynamodb.ts'
import { openTablesAt } from './dynamodb.ts'

const url = inject('dynamoDbUrl')

describe.skipIf(url === undefined)('on DynamoDB Local', () => {
  const tables = openTablesAt(url ?? '')
  afterAll(tables.close)

  dynamoDbContracts(() => tables)
})

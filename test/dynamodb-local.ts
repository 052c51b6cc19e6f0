/** Each store's contract on AWS's own DynamoDB Local: `npm run test:dynamodb-local`. */

import { readFile } from 'node:fs/promises'

import { CreateTableCommand, type CreateTableCommandInput, DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import * as v from 'valibot'
import { afterAll, describe, inject } from 'vitest'
import { parse } from 'yaml'

import { createDeliveryStore } from '../lib/adapters/dynamo-deliveries.ts'
import { createLinkStore } from '../lib/adapters/dynamo-links.ts'
import { createLoginStore } from '../lib/adapters/dynamo-logins.ts'
import { createTokenStore } from '../lib/adapters/dynamo-tokens.ts'
import { createWalkStore } from '../lib/adapters/dynamo-walks.ts'
import { deliveryStoreContract } from './contracts/delivery-store.ts'
import { linkStoreContract } from './contracts/link-store.ts'
import { loginStoreContract } from './contracts/login-store.ts'
import { tokenStoreContract } from './contracts/token-store.ts'
import { walkStoreContract } from './contracts/walk-store.ts'

const template = v.object({
  Resources: v.record(v.string(), v.object({ Properties: v.looseObject({ TableName: v.string() }) })),
})
const url = inject('dynamoDbUrl')

describe.skipIf(url === undefined)('on DynamoDB Local', () => {
  const client = new DynamoDBClient({
    endpoint: url ?? '',
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  })
  const dynamo = DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } })
  afterAll(() => client.destroy())
  let made = 0

  /** Makes a new, empty table as resources/tables.yml has it. */
  async function make(kind: string): Promise<string> {
    const text = await readFile(new URL('../resources/tables.yml', import.meta.url), 'utf8')
    const tables = Object.values(v.parse(template, parse(text)).Resources).map(it => it.Properties)
    const found = tables.find(it => it.TableName.endsWith(`names.${kind}}`))
    if (found === undefined) throw new Error(`no table of ${kind} in resources/tables.yml`)
    const { TimeToLiveSpecification: _, ...table } = found
    const TableName = `${kind}-${made++}`
    await client.send(new CreateTableCommand({ ...table, TableName } satisfies Partial<CreateTableCommandInput>))
    return TableName
  }

  describe('token store', () => tokenStoreContract(async () => createTokenStore(dynamo, await make('tokens'))))
  describe('login store', () => loginStoreContract(async () => createLoginStore(dynamo, await make('logins'))))
  describe('link store', () => linkStoreContract(async () => createLinkStore(dynamo, await make('links'))))
  describe('delivery store', () =>
    deliveryStoreContract(async now => createDeliveryStore(dynamo, await make('deliveries'), now)))
  describe('walk store', () => walkStoreContract(async () => createWalkStore(dynamo, await make('walks'))))
})

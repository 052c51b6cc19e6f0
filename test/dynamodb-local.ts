/** Each store's contract on AWS's own DynamoDB Local: `npm run test:dynamodb-local`. */

import { afterAll, describe, inject } from 'vitest'

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
import { openTablesAt } from './dynamodb.ts'

const url = inject('dynamoDbUrl')

describe.skipIf(url === undefined)('on DynamoDB Local', () => {
  const { dynamo, make, close } = openTablesAt(url ?? '')
  afterAll(close)

  describe('token store', () => tokenStoreContract(async () => createTokenStore(dynamo, await make('tokens'))))
  describe('login store', () => loginStoreContract(async () => createLoginStore(dynamo, await make('logins'))))
  describe('link store', () => linkStoreContract(async () => createLinkStore(dynamo, await make('links'))))
  describe('delivery store', () =>
    deliveryStoreContract(async now => createDeliveryStore(dynamo, await make('deliveries'), now)))
  describe('walk store', () => walkStoreContract(async () => createWalkStore(dynamo, await make('walks'))))
})

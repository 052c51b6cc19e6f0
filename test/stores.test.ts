/** Each store's contract, on the fake in memory and on DynamoDB's stand-in over loopback. */

import { afterAll, beforeAll, describe } from 'vitest'

import { createDeliveryStore } from '../lib/adapters/dynamo-deliveries.ts'
import { createErasures } from '../lib/adapters/dynamo-erasures.ts'
import { createJournal } from '../lib/adapters/dynamo-journal.ts'
import { createLinkUpkeep } from '../lib/adapters/dynamo-link-upkeep.ts'
import { createLinkStore } from '../lib/adapters/dynamo-links.ts'
import { createLoginStore } from '../lib/adapters/dynamo-logins.ts'
import { createTokenStore } from '../lib/adapters/dynamo-tokens.ts'
import { createWalkStore } from '../lib/adapters/dynamo-walks.ts'
import { deliveryStoreContract } from './contracts/delivery-store.ts'
import { erasuresContract } from './contracts/erasures.ts'
import { journalContract } from './contracts/journal.ts'
import { linkStoreContract } from './contracts/link-store.ts'
import { linkUpkeepContract } from './contracts/link-upkeep.ts'
import { loginStoreContract } from './contracts/login-store.ts'
import { tokenStoreContract } from './contracts/token-store.ts'
import { walkStoreContract } from './contracts/walk-store.ts'
import { openTables, type Tables } from './dynamodb.ts'
import { memoryLinks } from './fakes/memory-links.ts'
import { memoryDeliveries, memoryLogins, memoryTokens } from './fakes/memory-stores.ts'
import { memoryErasures, memoryJournal, memoryWalks } from './fakes/memory-walks.ts'

describe('in memory', () => {
  describe('token store', () => tokenStoreContract(async () => memoryTokens()))
  describe('login store', () => loginStoreContract(async () => memoryLogins()))
  describe('link store', () => linkStoreContract(async () => memoryLinks()))
  describe('delivery store', () => deliveryStoreContract(async now => memoryDeliveries(now)))
  describe('link upkeep', () => linkUpkeepContract(async () => memoryLinks()))
  describe('walk store', () => walkStoreContract(async () => memoryWalks()))
  describe('journal', () => journalContract(async () => memoryJournal()))
  describe('erasures', () => erasuresContract(async () => memoryErasures()))
})

describe('on dynalite', () => {
  let tables: Tables
  beforeAll(async () => {
    tables = await openTables()
  })
  afterAll(() => tables.close())

  describe('token store', () =>
    tokenStoreContract(async () => createTokenStore(tables.dynamo, await tables.make('tokens'))))
  describe('login store', () =>
    loginStoreContract(async () => createLoginStore(tables.dynamo, await tables.make('logins'))))
  describe('link store', () =>
    linkStoreContract(async () => createLinkStore(tables.dynamo, await tables.make('links'))))
  describe('delivery store', () =>
    deliveryStoreContract(async now => createDeliveryStore(tables.dynamo, await tables.make('deliveries'), now)))
  describe('walk store', () =>
    walkStoreContract(async () => createWalkStore(tables.dynamo, await tables.make('walks'))))
  describe('link upkeep', () =>
    linkUpkeepContract(async () => {
      const table = await tables.make('links')
      return { ...createLinkStore(tables.dynamo, table), ...createLinkUpkeep(tables.dynamo, table) }
    }))
  describe('journal', () =>
    journalContract(async () => createJournal(tables.dynamo, await tables.make('walks'), Math.random)))
  describe('erasures', () => erasuresContract(async () => createErasures(tables.dynamo, await tables.make('walks'))))
})

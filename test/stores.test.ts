/** Each store's contract, on the fake in memory and on DynamoDB's stand-in over loopback. */

import { afterAll, beforeAll, describe } from 'vitest'

import { attemptsContract } from './contracts/attempts.ts'
import { deliveryStoreContract } from './contracts/delivery-store.ts'
import { erasuresContract } from './contracts/erasures.ts'
import { gateContract } from './contracts/gate.ts'
import { imageStoreContract } from './contracts/image-store.ts'
import { journalContract } from './contracts/journal.ts'
import { linkStoreContract } from './contracts/link-store.ts'
import { linkUpkeepContract } from './contracts/link-upkeep.ts'
import { linkingStoreContract } from './contracts/linking-store.ts'
import { loginStoreContract } from './contracts/login-store.ts'
import { dynamoDbContracts } from './contracts/on-dynamodb.ts'
import { syncRunStoreContract } from './contracts/sync-run-store.ts'
import { tokenStoreContract } from './contracts/token-store.ts'
import { openTables, type Tables } from './dynamodb.ts'
import { memoryImages } from './fakes/memory-images.ts'
import { memoryLinking } from './fakes/memory-linking.ts'
import { memoryLinks } from './fakes/memory-links.ts'
import { memoryAttempts, memoryDeliveries, memoryGate, memoryLogins, memoryTokens } from './fakes/memory-stores.ts'
import { memoryErasures, memoryJournal, memorySyncRuns } from './fakes/memory-sync-runs.ts'

describe('in memory', () => {
  describe('token store', () => tokenStoreContract(async () => memoryTokens()))
  describe('login store', () => loginStoreContract(async () => memoryLogins()))
  describe('link store', () => linkStoreContract(async () => memoryLinks()))
  describe('link upkeep', () => linkUpkeepContract(async () => memoryLinks()))
  describe('delivery store', () => deliveryStoreContract(async now => memoryDeliveries(now)))
  describe('attempts', () => attemptsContract(async () => memoryAttempts()))
  describe('gate', () => gateContract(async () => memoryGate()))
  describe('image store', () => imageStoreContract(async () => memoryImages()))
  describe('sync run store', () => syncRunStoreContract(async () => memorySyncRuns()))
  describe('count of the linking', () => linkingStoreContract(async now => memoryLinking(now)))
  describe('journal', () => journalContract(async () => memoryJournal()))
  describe('erasures', () => erasuresContract(async () => memoryErasures()))
})

describe('on dynalite', () => {
  let tables: Tables
  beforeAll(async () => {
    tables = await openTables()
  })
  afterAll(() => tables.close())

  dynamoDbContracts(() => tables)
})

/** All contracts of the stores, on whatever speaks DynamoDB. */

import { describe } from 'vitest'

import { spoilerOf } from '../../kit/memory-stores.ts'
import { createAttemptStore } from '../../lib/adapters/dynamo/attempts.ts'
import { createDeliveryStore } from '../../lib/adapters/dynamo/deliveries.ts'
import { createDeliveryList } from '../../lib/adapters/dynamo/delivery-list.ts'
import { createErasures } from '../../lib/adapters/dynamo/erasures.ts'
import { createFollowCodes } from '../../lib/adapters/dynamo/follow-codes.ts'
import { createGateStore } from '../../lib/adapters/dynamo/gate.ts'
import { createImageStore } from '../../lib/adapters/dynamo/images.ts'
import { createJournal } from '../../lib/adapters/dynamo/journal.ts'
import { createLinkUpkeep } from '../../lib/adapters/dynamo/link-upkeep.ts'
import { createLinkingStore } from '../../lib/adapters/dynamo/linking.ts'
import { createLinkStore } from '../../lib/adapters/dynamo/links.ts'
import { createLoginStore } from '../../lib/adapters/dynamo/logins.ts'
import { createSyncRunStore } from '../../lib/adapters/dynamo/sync-runs.ts'
import { createTokenStore } from '../../lib/adapters/dynamo/tokens.ts'
import type { Tables } from '../dynamodb.ts'
import { officialAppid, otherOfficialAppid } from '../ids.ts'
import { attemptsContract } from './attempts.ts'
import { deliveryListContract } from './delivery-list.ts'
import { deliveryStoreContract } from './delivery-store.ts'
import { erasuresContract } from './erasures.ts'
import { followCodesContract } from './follow-codes.ts'
import { gateContract, gatesApartContract } from './gate.ts'
import { imageStoreContract } from './image-store.ts'
import { journalContract } from './journal.ts'
import { linkStoreContract } from './link-store.ts'
import { linkUpkeepContract } from './link-upkeep.ts'
import { linkingStoreContract } from './linking-store.ts'
import { loginStoreContract } from './login-store.ts'
import { scansContract } from './scans.ts'
import { syncRunStoreContract } from './sync-run-store.ts'
import { tokenStoreContract } from './token-store.ts'

/** A row that is in the index and no delivery should have left it. */
const log = {
  error(event: string) {
    throw new Error(event)
  },
}

/** `tables` is asked for within the tests, when it is open. */
export function dynamoDbContracts(tables: () => Pick<Tables, 'dynamo' | 'make'>): void {
  const on =
    <T>(kind: Parameters<Tables['make']>[0], create: (dynamo: Tables['dynamo'], table: string) => T) =>
    async () => {
      const { dynamo, make } = tables()
      return create(dynamo, await make(kind))
    }
  describe('token store', () => tokenStoreContract(on('tokens', createTokenStore)))
  describe('login store', () => loginStoreContract(on('logins', createLoginStore)))
  describe('follow codes', () => followCodesContract(on('logins', createFollowCodes)))
  const links = on('links', (...where) => ({
    ...createLinkStore(...where),
    ...createLinkUpkeep(...where),
    spoil: spoilerOf(...where),
  }))
  describe('link store', () => linkStoreContract(links))
  describe('scans', () => scansContract(links))
  describe('link upkeep', () => linkUpkeepContract(links))
  describe('delivery store', () =>
    deliveryStoreContract(now =>
      on('deliveries', (...where) => createDeliveryStore(...where, { now, isIndexed: true }))(),
    ))
  describe('list of deliveries', () =>
    deliveryListContract(now =>
      on('deliveries', (...where) => ({
        ...createDeliveryStore(...where, { now, isIndexed: true }),
        ...createDeliveryList(...where, { now, log }),
      }))(),
    ))
  describe('attempts', () =>
    attemptsContract(on('attempts', (...where) => createAttemptStore(...where, { now: Date.now }))))
  describe('gate', () => {
    gateContract(on('deliveries', (...where) => createGateStore(...where, { official: officialAppid })))
    gatesApartContract(
      on('deliveries', (...where) => [
        createGateStore(...where, { official: officialAppid }),
        createGateStore(...where, { official: otherOfficialAppid }),
      ]),
    )
  })
  describe('image store', () => imageStoreContract(on('images', createImageStore)))
  describe('sync run store', () =>
    syncRunStoreContract(on('walks', (...where) => createSyncRunStore(...where, officialAppid))))
  describe('count of the linking', () =>
    linkingStoreContract(now => on('walks', (...where) => createLinkingStore(...where, officialAppid, now))()))
  describe('journal', () =>
    journalContract(on('walks', (...where) => createJournal(...where, officialAppid, Math.random))))
  describe('erasures', () => erasuresContract(on('walks', (...where) => createErasures(...where, officialAppid))))
}

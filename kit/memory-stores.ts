/** The real stores over DynamoDB in memory: each opens tables of its own, and answers at once. */

import { UpdateCommand } from '@aws-sdk/lib-dynamodb'

import { createAttemptStore } from '../lib/adapters/dynamo/attempts.ts'
import { createDeliveryStore } from '../lib/adapters/dynamo/deliveries.ts'
import { createDeliveryList } from '../lib/adapters/dynamo/delivery-list.ts'
import type { Dynamo } from '../lib/adapters/dynamo/dynamo.ts'
import { createErasures } from '../lib/adapters/dynamo/erasures.ts'
import { createFollowCodes } from '../lib/adapters/dynamo/follow-codes.ts'
import { createGateStore } from '../lib/adapters/dynamo/gate.ts'
import { createImageStore } from '../lib/adapters/dynamo/images.ts'
import { createJournal } from '../lib/adapters/dynamo/journal.ts'
import { keyOf } from '../lib/adapters/dynamo/link-rows.ts'
import { createLinkUpkeep } from '../lib/adapters/dynamo/link-upkeep.ts'
import { createLinkingStore } from '../lib/adapters/dynamo/linking.ts'
import { createLinkStore } from '../lib/adapters/dynamo/links.ts'
import { createLoginStore } from '../lib/adapters/dynamo/logins.ts'
import { createSyncRunStore } from '../lib/adapters/dynamo/sync-runs.ts'
import { createTokenStore } from '../lib/adapters/dynamo/tokens.ts'
import type { Address, AppId } from '../lib/identifiers.ts'
import type { Now } from '../lib/ports.ts'
import { appids } from './app.ts'
import { clientOf, openMemoryTables } from './memory-dynamo.ts'
import { silentLog } from './silent.ts'

const open = () => clientOf(openMemoryTables())
const halfOf = () => 0.5

export const memoryTokens = () => createTokenStore(open(), 'tokens')
export const memoryLogins = () => createLoginStore(open(), 'logins')
export const memoryFollowCodes = () => createFollowCodes(open(), 'logins')
export function memoryDeliveries(now: Now) {
  const where = [open(), 'deliveries'] as const
  return {
    ...createDeliveryStore(...where, { now, isIndexed: true }),
    ...createDeliveryList(...where, { now, log: silentLog }),
  }
}
export const memoryAttempts = (now: Now = Date.now) => createAttemptStore(open(), 'attempts', { now })
export const memoryGate = (official = appids.official) => createGateStore(open(), 'deliveries', { official })
export const memorySyncRuns = (official = appids.official) => createSyncRunStore(open(), 'walks', official)
export const memoryJournal = (official = appids.official) => createJournal(open(), 'walks', official, halfOf)
export const memoryErasures = (official = appids.official) => createErasures(open(), 'walks', official)
export const memoryLinking = (now: Now, official = appids.official) =>
  createLinkingStore(open(), 'walks', official, now)

/** Links, with all that is stored, and two ways to do harm to a row. */
export function memoryLinks() {
  const tables = openMemoryTables()
  const where = [clientOf(tables), 'links'] as const
  return {
    ...createLinkStore(...where),
    ...createLinkUpkeep(...where),
    all: () => [...(tables.get('links')?.items.values() ?? [])],
    lose: (address: Address) => void tables.get('links')?.items.delete(keyOf(address)),
    spoil: spoilerOf(...where),
  }
}

/** Pictures, with all that are known. */
export function memoryImages() {
  const tables = openMemoryTables()
  const images = createImageStore(clientOf(tables), 'images')
  const ids = () => [...(tables.get('images')?.items.keys() ?? [])].filter(it => !it.includes('#'))
  return { ...images, all: async () => (await Promise.all(ids().map(images.find))).flatMap(it => it ?? []) }
}

/** Puts into the row of an address, or into an app's side of it, what no such row has: it cannot be read. */
export type Spoil = (address: Address, appid?: AppId) => Promise<void>

/** What spoils the links of a table. */
export function spoilerOf(dynamo: Dynamo, table: string): Spoil {
  return async (address, appid) => {
    const [one, other] = 'mini' in address ? ['unionid', 'following'] : ['following', 'followedAt']
    const side = appid === undefined ? '' : '#side.'
    const command = new UpdateCommand({
      TableName: table,
      Key: { address: keyOf(address) },
      UpdateExpression: `SET ${side}#one = :spoilt, ${side}#other = :spoilt`,
      ExpressionAttributeNames: { '#one': one, '#other': other, ...(appid && { '#side': appid }) },
      ExpressionAttributeValues: { ':spoilt': 'no such thing' },
    })
    await dynamo.send(command)
  }
}

/** The DynamoDB stores, each with the one variable that it needs; all share the container's client. */

import { createAttemptStore } from '../adapters/dynamo/attempts.ts'
import { createDeliveryStore } from '../adapters/dynamo/deliveries.ts'
import { createDeliveryList } from '../adapters/dynamo/delivery-list.ts'
import { type Dynamo, openDynamo } from '../adapters/dynamo/dynamo.ts'
import { createErasures } from '../adapters/dynamo/erasures.ts'
import { createFollowCodes } from '../adapters/dynamo/follow-codes.ts'
import { createGateStore } from '../adapters/dynamo/gate.ts'
import { createImageStore } from '../adapters/dynamo/images.ts'
import { createJournal } from '../adapters/dynamo/journal.ts'
import { createLinkUpkeep } from '../adapters/dynamo/link-upkeep.ts'
import { createLinkingStore } from '../adapters/dynamo/linking.ts'
import { createLinkStore } from '../adapters/dynamo/links.ts'
import { createLoginStore } from '../adapters/dynamo/logins.ts'
import { createSyncRunStore } from '../adapters/dynamo/sync-runs.ts'
import { createTokenStore } from '../adapters/dynamo/tokens.ts'
import type { OfficialAccount } from '../apps.ts'
import { config } from '../config.ts'
import type { LinkingProgress } from '../followers/ports.ts'
import { log, now, random } from './context.ts'

let opened: Dynamo | undefined

function dynamo(): Dynamo {
  opened ??= openDynamo()
  return opened
}

export const tokenStore = () => createTokenStore(dynamo(), config('TOKENS_TABLE').TOKENS_TABLE)
export const loginStore = () => createLoginStore(dynamo(), config('LOGINS_TABLE').LOGINS_TABLE)
export const followCodes = () => createFollowCodes(dynamo(), config('LOGINS_TABLE').LOGINS_TABLE)
export const linkStore = () =>
  createLinkStore(dynamo(), config('LINKS_TABLE').LINKS_TABLE, addresses =>
    log.error('links.unreadable', { addresses }),
  )
export const deliveryStore = (how: { readonly isIndexed: boolean } = { isIndexed: false }) =>
  createDeliveryStore(dynamo(), config('DELIVERIES_TABLE').DELIVERIES_TABLE, { now, log, ...how })
export const deliveryList = () =>
  createDeliveryList(dynamo(), config('DELIVERIES_TABLE').DELIVERIES_TABLE, { now, log })
export const attemptStore = () => createAttemptStore(dynamo(), config('ATTEMPTS_TABLE').ATTEMPTS_TABLE, { now, log })
export const imageStore = () => createImageStore(dynamo(), config('IMAGES_TABLE').IMAGES_TABLE)
export const syncRunStore = ({ appid }: OfficialAccount) =>
  createSyncRunStore(dynamo(), config('WALKS_TABLE').WALKS_TABLE, appid)
export const linkingStore = ({ name, appid }: OfficialAccount) =>
  createLinkingStore(dynamo(), config('WALKS_TABLE').WALKS_TABLE, appid, now, steps =>
    log.error('linking.unreadable', { app: name, steps }),
  )
/** For who only asks: one read of a few rows. */
export const linkingProgress = (app: OfficialAccount): LinkingProgress => linkingStore(app)
export const linkUpkeep = () => createLinkUpkeep(dynamo(), config('LINKS_TABLE').LINKS_TABLE)
export const journal = ({ appid }: OfficialAccount) =>
  createJournal(dynamo(), config('WALKS_TABLE').WALKS_TABLE, appid, random)
export const erasures = ({ appid }: OfficialAccount) =>
  createErasures(dynamo(), config('WALKS_TABLE').WALKS_TABLE, appid)
export const gateStore = ({ name, appid: official }: OfficialAccount) =>
  createGateStore(dynamo(), config('DELIVERIES_TABLE').DELIVERIES_TABLE, {
    official,
    onUnreadable: fields => log.error('gate.unreadable', { app: name, fields }),
  })

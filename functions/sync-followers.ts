import { randomUUID } from 'node:crypto'

import { type Open, scheduleFunction } from '../lib/adapters/lambda.ts'
import { config } from '../lib/config.ts'
import { log, now, sleep } from '../lib/runtime/context.ts'
import { metrics } from '../lib/runtime/metrics.ts'
import { followersQueue } from '../lib/runtime/queues.ts'
import { erasures, journal, linkingStore, linkStore, syncRunStore } from '../lib/runtime/stores.ts'
import { accessTokens, officialAccount } from '../lib/runtime/wechat.ts'
import type { SyncDeps } from '../lib/sync/context.ts'
import { parseSyncOrder } from '../lib/sync/order.ts'
import { syncFollowers } from '../lib/sync/sync-followers.ts'

export const createHandler = (open: Open<SyncDeps>) =>
  scheduleFunction(open, (deps, { input, until }) => syncFollowers(parseSyncOrder(input), deps, { until }))

export const handler = createHandler(async () => {
  const app = officialAccount()
  return {
    wechat: app.wechat,
    accessTokens: accessTokens(app),
    links: linkStore(),
    syncRuns: syncRunStore(),
    journal: journal(),
    linking: linkingStore(),
    erasures: erasures(),
    followers: followersQueue(),
    owner: randomUUID(),
    spread: config('SPREAD_SYNC').SPREAD_SYNC === 'on',
    ...{ now, sleep, log, metrics },
  }
})

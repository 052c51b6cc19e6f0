import { randomUUID } from 'node:crypto'

import { type Open, scheduleFunction } from '../lib/adapters/lambda.ts'
import { requireNamed } from '../lib/apps.ts'
import { config } from '../lib/config.ts'
import { now, sleep } from '../lib/runtime/context.ts'
import { followersQueue } from '../lib/runtime/queues.ts'
import { erasures, journal, linkingStore, linkStore, syncRunStore } from '../lib/runtime/stores.ts'
import { officialAccounts } from '../lib/runtime/wechat.ts'
import type { SyncDeps } from '../lib/sync/context.ts'
import { parseSyncOrder } from '../lib/sync/order.ts'
import { syncFollowers } from '../lib/sync/sync-followers.ts'

export const createHandler = (open: Open<readonly SyncDeps[]>) =>
  scheduleFunction(open, (accounts, { input, until }) => {
    const order = parseSyncOrder(input)
    return syncFollowers(order, requireNamed(accounts, order.app), { until })
  })

export const handler = createHandler(async () => {
  const spread = config('SPREAD_SYNC').SPREAD_SYNC === 'on'
  return officialAccounts().map(account => ({
    ...account,
    links: linkStore(),
    syncRuns: syncRunStore(account.app),
    journal: journal(account.app),
    linking: linkingStore(account.app),
    erasures: erasures(account.app),
    followers: followersQueue(),
    owner: randomUUID(),
    spread,
    ...{ now, sleep },
  }))
})

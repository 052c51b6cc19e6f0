import { randomUUID } from 'node:crypto'

import { scheduleFunction } from '../lib/adapters/lambda.ts'
import { config } from '../lib/config.ts'
import { log, now, sleep } from '../lib/runtime/context.ts'
import { metrics } from '../lib/runtime/metrics.ts'
import { followersQueue } from '../lib/runtime/queues.ts'
import { erasures, journal, linkingStore, linkStore, walkStore } from '../lib/runtime/stores.ts'
import { accessTokens, officialAccount } from '../lib/runtime/wechat.ts'
import { parseSyncOrder, syncFollowers } from '../lib/sync/sync-followers.ts'

export const handler = scheduleFunction(
  async () => {
    const app = officialAccount()
    return {
      wechat: app.wechat,
      accessTokens: accessTokens(app),
      links: linkStore(),
      walks: walkStore(),
      journal: journal(),
      linking: linkingStore(),
      erasures: erasures(),
      followers: followersQueue(),
      owner: randomUUID(),
      spread: config('SPREAD_SYNC').SPREAD_SYNC === 'on',
      now,
      sleep,
      log,
      metrics,
    }
  },
  (deps, { input, until }) => syncFollowers(parseSyncOrder(input), deps, { until }),
)

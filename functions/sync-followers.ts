import { scheduleFunction } from '../lib/adapters/lambda.ts'
import { log, now } from '../lib/runtime/context.ts'
import { followersQueue } from '../lib/runtime/queues.ts'
import { walkStore } from '../lib/runtime/stores.ts'
import { accessTokens, officialAccount } from '../lib/runtime/wechat.ts'
import { syncFollowers } from '../lib/sync-followers.ts'

export const handler = scheduleFunction(async () => {
  const app = officialAccount()
  return {
    wechat: app.wechat,
    accessTokens: accessTokens(app),
    walks: walkStore(),
    followers: followersQueue(),
    now,
    log,
  }
}, syncFollowers)

import { type Open, queueFunction } from '../lib/adapters/lambda.ts'
import { config } from '../lib/config.ts'
import type { LinkDeps } from '../lib/followers/deps.ts'
import { parseNews } from '../lib/followers/follower-news.ts'
import { linkFollowers } from '../lib/followers/link-followers.ts'
import { log, now, random } from '../lib/runtime/context.ts'
import { consumedFollowersQueue, imagesQueue } from '../lib/runtime/queues.ts'
import { erasures, journal, linkingStore, linkStore, linkUpkeep, syncRunStore } from '../lib/runtime/stores.ts'
import { accessTokens, officialAccount } from '../lib/runtime/wechat.ts'

export const createHandler = (open: Open<LinkDeps>) =>
  queueFunction(open, {
    read: ({ body, receiptHandle, attributes }) => {
      return { news: parseNews(body), receiptHandle, receives: Number(attributes.ApproximateReceiveCount) }
    },
    work: linkFollowers,
  })

export const handler = createHandler(async () => {
  const app = officialAccount()
  return {
    wechat: app.wechat,
    accessTokens: accessTokens(app),
    links: { ...linkStore(), ...linkUpkeep() },
    syncRuns: syncRunStore(),
    journal: journal(),
    linking: linkingStore(),
    erasures: erasures(),
    followers: consumedFollowersQueue(),
    imageArrivals: imagesQueue(),
    miniAppid: config('WECHAT_MINI_APPID').WECHAT_MINI_APPID,
    ...{ now, random, log },
  }
})

import { type Open, queueFunction } from '../lib/adapters/lambda.ts'
import type { StageDeps } from '../lib/followers/deps.ts'
import { parseNews } from '../lib/followers/follower-news.ts'
import { linkFollowers } from '../lib/followers/link-followers.ts'
import { log, now, random } from '../lib/runtime/context.ts'
import { consumedFollowersQueue, imagesQueue } from '../lib/runtime/queues.ts'
import {
  erasures,
  followCodes,
  journal,
  linkingStore,
  linkStore,
  linkUpkeep,
  syncRunStore,
} from '../lib/runtime/stores.ts'
import { officialAccounts } from '../lib/runtime/wechat.ts'

export const createHandler = (open: Open<StageDeps>) =>
  queueFunction(open, {
    read: ({ body, receiptHandle, attributes }) => {
      return { news: parseNews(body), receiptHandle, receives: Number(attributes.ApproximateReceiveCount) }
    },
    work: linkFollowers,
  })

export const handler = createHandler(async () => ({
  accounts: officialAccounts().map(account => ({
    ...account,
    syncRuns: syncRunStore(account.app),
    journal: journal(account.app),
    linking: linkingStore(account.app),
    erasures: erasures(account.app),
  })),
  links: { ...linkStore(), ...linkUpkeep() },
  codes: followCodes(),
  followers: consumedFollowersQueue(),
  imageArrivals: imagesQueue(),
  ...{ now, random, log },
}))

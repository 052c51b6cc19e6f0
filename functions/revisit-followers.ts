import { type Open, scheduleFunction } from '../lib/adapters/lambda.ts'
import { config } from '../lib/config.ts'
import { type RevisitDeps, revisitFollowers } from '../lib/followers/revisit-followers.ts'
import { log, now } from '../lib/runtime/context.ts'
import { followersQueue } from '../lib/runtime/queues.ts'
import { linkUpkeep } from '../lib/runtime/stores.ts'
import { officialAccounts } from '../lib/runtime/wechat.ts'

export const createHandler = (open: Open<RevisitDeps>) => scheduleFunction(open, revisitFollowers)

export const handler = createHandler(async () => ({
  accounts: officialAccounts(),
  links: linkUpkeep(),
  followers: followersQueue(),
  retentionDays: config('RETENTION_DAYS').RETENTION_DAYS,
  ...{ now, log },
}))

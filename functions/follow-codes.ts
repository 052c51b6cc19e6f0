import { httpFunction, type Open } from '../lib/adapters/lambda.ts'
import { pictureUrlOf } from '../lib/adapters/wechat/qr-picture.ts'
import { config } from '../lib/config.ts'
import { type FollowCodeDeps, makeFollowCode } from '../lib/followers/follow-codes.ts'
import { apps } from '../lib/runtime/apps.ts'
import { now } from '../lib/runtime/context.ts'
import { sessionChecker } from '../lib/runtime/secrets.ts'
import { followCodes } from '../lib/runtime/stores.ts'
import { officialAccounts } from '../lib/runtime/wechat.ts'

export const createHandler = (open: Open<FollowCodeDeps>) =>
  httpFunction(open, async ({ headers, body }, deps) => ({
    status: 201,
    body: await makeFollowCode({ authorization: headers.authorization, body }, deps),
  }))

export const handler = createHandler(async () => {
  const { WECHAT_API_URL } = config('WECHAT_API_URL')
  return {
    accounts: officialAccounts(),
    apps: apps(),
    sessions: sessionChecker(),
    codes: followCodes(),
    pictureOf: ticket => pictureUrlOf(WECHAT_API_URL, ticket),
    now,
  }
})

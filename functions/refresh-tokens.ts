import { type Open, scheduleFunction } from '../lib/adapters/lambda.ts'
import { log } from '../lib/runtime/context.ts'
import { accessTokens, miniProgram, officialAccount } from '../lib/runtime/wechat.ts'
import { type RefreshDeps, refreshTokens } from '../lib/tokens/refresh-tokens.ts'

export const createHandler = (open: Open<RefreshDeps>) => scheduleFunction(open, deps => refreshTokens(deps))

export const handler = createHandler(async () => ({
  sources: new Map([officialAccount(), miniProgram()].map(app => [app.appid, accessTokens(app)])),
  log,
}))

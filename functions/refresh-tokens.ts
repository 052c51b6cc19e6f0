import { scheduleFunction } from '../lib/adapters/lambda.ts'
import { log } from '../lib/runtime/context.ts'
import { accessTokens, miniProgram, officialAccount } from '../lib/runtime/wechat.ts'
import { refreshTokens } from '../lib/tokens/refresh-tokens.ts'

export const handler = scheduleFunction(
  async () => ({
    sources: new Map([officialAccount(), miniProgram()].map(app => [app.appid, accessTokens(app)])),
    log,
  }),
  deps => refreshTokens(deps),
)

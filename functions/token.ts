import { httpFunction } from '../lib/adapters/lambda.ts'
import { log, now } from '../lib/runtime/context.ts'
import { accessTokens, miniProgram, officialAccount } from '../lib/runtime/wechat.ts'
import { getToken, parseApp } from '../lib/tokens/share.ts'

export const handler = httpFunction(
  async () => ({ sources: { official: accessTokens(officialAccount()), mini: accessTokens(miniProgram()) }, now, log }),
  async ({ query }, deps) => ({ status: 200, body: await getToken(parseApp(query), deps) }),
)

import { httpFunction, type Open } from '../lib/adapters/lambda.ts'
import { log, now } from '../lib/runtime/context.ts'
import { accessTokens, miniProgram, officialAccount } from '../lib/runtime/wechat.ts'
import { getToken, parseApp, type TokenDeps } from '../lib/tokens/share.ts'

export const createHandler = (open: Open<TokenDeps>) =>
  httpFunction(open, async ({ query }, deps) => ({ status: 200, body: await getToken(parseApp(query), deps) }))

export const handler = createHandler(async () => ({
  sources: { official: accessTokens(officialAccount()), mini: accessTokens(miniProgram()) },
  ...{ now, log },
}))

import { httpFunction, type Open } from '../lib/adapters/lambda.ts'
import { now } from '../lib/runtime/context.ts'
import { miniPrograms, officialAccounts } from '../lib/runtime/wechat.ts'
import { getToken, type TokenDeps } from '../lib/tokens/share.ts'

export const createHandler = (open: Open<TokenDeps>) =>
  httpFunction(open, async ({ query }, deps) => ({ status: 200, body: await getToken(query, deps) }))

export const handler = createHandler(async () => ({ apps: [...officialAccounts(), ...miniPrograms()], now }))

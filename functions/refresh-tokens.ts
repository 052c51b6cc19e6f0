import { type Open, scheduleFunction } from '../lib/adapters/lambda.ts'
import { miniPrograms, officialAccounts } from '../lib/runtime/wechat.ts'
import { type RefreshDeps, refreshTokens } from '../lib/tokens/refresh-tokens.ts'

export const createHandler = (open: Open<RefreshDeps>) => scheduleFunction(open, deps => refreshTokens(deps))

export const handler = createHandler(async () => ({ apps: [...officialAccounts(), ...miniPrograms()] }))

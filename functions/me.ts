import { httpFunction } from '../lib/adapters/lambda.ts'
import { getMe } from '../lib/login/me.ts'
import { log } from '../lib/runtime/context.ts'
import { sessionChecker } from '../lib/runtime/secrets.ts'
import { linkStore } from '../lib/runtime/stores.ts'

export const handler = httpFunction(
  async () => ({ sessions: sessionChecker(), links: linkStore(), log }),
  async ({ headers }, deps) => ({ status: 200, body: await getMe(headers.authorization, deps) }),
)

import { httpFunction } from '../lib/adapters/lambda.ts'
import { getJwks } from '../lib/login/jwks.ts'
import { log } from '../lib/runtime/context.ts'
import { sessionChecker } from '../lib/runtime/secrets.ts'

export const handler = httpFunction(
  async () => ({ sessions: sessionChecker(), log }),
  async (_request, deps) => ({ status: 200, body: await getJwks(deps), maxAgeSeconds: 300 }),
)

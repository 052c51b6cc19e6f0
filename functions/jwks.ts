import { httpFunction, type Open } from '../lib/adapters/lambda.ts'
import { getJwks, type JwksDeps } from '../lib/login/jwks.ts'
import { sessionChecker } from '../lib/runtime/secrets.ts'

export const createHandler = (open: Open<JwksDeps>) =>
  httpFunction(open, async (_request, deps) => ({ status: 200, body: await getJwks(deps), maxAgeSeconds: 300 }))

export const handler = createHandler(async () => ({ sessions: sessionChecker() }))

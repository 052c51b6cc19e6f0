import { httpFunction, type Open } from '../lib/adapters/lambda.ts'
import { getMe, type MeDeps } from '../lib/login/me.ts'
import { apps } from '../lib/runtime/apps.ts'
import { sessionChecker } from '../lib/runtime/secrets.ts'
import { linkStore } from '../lib/runtime/stores.ts'

export const createHandler = (open: Open<MeDeps>) =>
  httpFunction(open, async ({ headers }, deps) => ({ status: 200, body: await getMe(headers.authorization, deps) }))

export const handler = createHandler(async () => ({
  sessions: sessionChecker(),
  links: linkStore(),
  minis: apps().minis,
}))

import { httpFunction, type Open } from '../lib/adapters/lambda.ts'
import { type LoginDeps, logIn, parseLogin } from '../lib/login/login.ts'
import { log, now, sleep } from '../lib/runtime/context.ts'
import { sessionSigner } from '../lib/runtime/secrets.ts'
import { linkStore, loginStore } from '../lib/runtime/stores.ts'
import { loginApps } from '../lib/runtime/wechat.ts'

export const createHandler = (open: Open<LoginDeps>) =>
  httpFunction(open, async ({ body }, deps) => ({ status: 200, body: await logIn(parseLogin(body), deps) }))

export const handler = createHandler(async () => ({
  minis: loginApps(),
  logins: loginStore(),
  links: linkStore(),
  sessions: sessionSigner(),
  ...{ now, sleep, log },
}))

import { httpFunction, type Open } from '../lib/adapters/lambda.ts'
import type { App } from '../lib/apps.ts'
import {
  answerHandshake,
  type CallbackDeps,
  type CallbackKeys,
  calledApp,
  handleEvent,
  readEvent,
} from '../lib/callback/callback.ts'
import { config } from '../lib/config.ts'
import { refusingFor } from '../lib/of-app.ts'
import { apps } from '../lib/runtime/apps.ts'
import { log, now } from '../lib/runtime/context.ts'
import { followersQueue, imageChecks, receiptsQueue } from '../lib/runtime/queues.ts'
import { neededSecret, secrets } from '../lib/runtime/secrets.ts'
import { secretOf } from '../lib/secret-names.ts'

type Deps = Omit<CallbackDeps, 'app'> & { readonly keys: (app: App) => Promise<CallbackKeys> }

export const createHandler = (open: Open<Deps>) =>
  httpFunction(open, async ({ query, path, body }, deps) => {
    const app = calledApp(deps.apps, path.app)
    return refusingFor(app, async () => {
      const keys = await deps.keys(app)
      // Only the handshake has an echostr, and only it has no body.
      if (body === '') return { status: 200, body: answerHandshake(query, keys, now) }
      await handleEvent(readEvent(query, body, { keys, now }), { ...deps, app })
      return { status: 200, body: 'success' }
    })
  })

export const handler = createHandler(async () => ({
  apps: apps(),
  keys: callbackKeys,
  followers: followersQueue(),
  receipts: receiptsQueue(),
  ...imageChecks(),
  log,
}))

async function callbackKeys(app: App): Promise<CallbackKeys> {
  const { CALLBACK_ENCRYPTION: encryption } = config('CALLBACK_ENCRYPTION')
  const [tokenName, keyName] = [secretOf(app, 'callback-token'), secretOf(app, 'callback-aes-key')] as const
  const known = secrets(tokenName, keyName)
  const [token, encodingAesKey] = await Promise.all([neededSecret(tokenName), known.get(keyName)])
  return { app, encryption, token, ...(encodingAesKey === undefined ? {} : { encodingAesKey }) }
}

import { httpFunction, type Open } from '../lib/adapters/lambda.ts'
import type { App, AppName } from '../lib/apps.ts'
import { answerHandshake, type CallbackKeys, readPush } from '../lib/callback/authenticate.ts'
import { type CallbackDeps, calledApp } from '../lib/callback/callback.ts'
import { hopsHeader } from '../lib/callback/ports.ts'
import type { Replies } from '../lib/callback/replies.ts'
import { type TakeDeps, takePush } from '../lib/callback/take-push.ts'
import { config } from '../lib/config.ts'
import { refusingFor } from '../lib/of-app.ts'
import { apps } from '../lib/runtime/apps.ts'
import { log, now } from '../lib/runtime/context.ts'
import { forwarding, forwardTargetsOf, passOn } from '../lib/runtime/forward.ts'
import { metrics } from '../lib/runtime/metrics.ts'
import { followersQueue, imageChecks } from '../lib/runtime/queues.ts'
import { receipts } from '../lib/runtime/receipts.ts'
import { replies } from '../lib/runtime/replies.ts'
import { neededSecret, secrets } from '../lib/runtime/secrets.ts'
import { secretOf } from '../lib/secret-names.ts'

type Deps = Omit<CallbackDeps, 'app'> &
  Pick<TakeDeps, 'passOn'> & {
    /** What replies.json has, by Official Account. */
    readonly replies: ReadonlyMap<AppName, Replies>
    readonly keys: (app: App) => Promise<CallbackKeys>
    /** What the servers behind us take of an app's pushes. */
    readonly forwarding: (app: App) => Pick<TakeDeps, 'targets' | 'post' | 'keysOf' | 'stamp' | 'rests' | 'metrics'>
  }

export const createHandler = (open: Open<Deps>) =>
  httpFunction(open, async ({ headers, query, path, body, receivedAt }, deps) => {
    const app = calledApp(deps.apps, path.app)
    return refusingFor(app, async () => {
      const keys = await deps.keys(app)
      // Only the handshake has an echostr, and only it has no body.
      if (body === '') return { status: 200, body: answerHandshake(query, keys, now) }
      const push = readPush(query, body, { keys, now, hops: Number(headers[hopsHeader]) || 0 })
      const replies = deps.replies.get(app.name) ?? {}
      const answer = await takePush(
        push,
        { ...deps, ...deps.forwarding(app), app, keys, replies, now },
        { at: receivedAt },
      )
      return { status: 200, body: answer }
    })
  })

export const handler = createHandler(async () => ({
  apps: apps(),
  keys: callbackKeys,
  followers: followersQueue(),
  ...receipts(),
  ...imageChecks(),
  ...passOn(),
  replies: replies(),
  forwarding: app => ({ ...forwarding(app), targets: forwardTargetsOf(app) }),
  log,
  metrics,
}))

async function callbackKeys(app: App): Promise<CallbackKeys> {
  const { CALLBACK_ENCRYPTION: encryption } = config('CALLBACK_ENCRYPTION')
  const [tokenName, keyName] = [secretOf(app, 'callback-token'), secretOf(app, 'callback-aes-key')] as const
  const known = secrets(tokenName, keyName)
  const [token, encodingAesKey] = await Promise.all([neededSecret(tokenName), known.get(keyName)])
  return { app, encryption, token, ...(encodingAesKey === undefined ? {} : { encodingAesKey }) }
}

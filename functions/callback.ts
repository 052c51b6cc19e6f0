import { httpFunction, type Open } from '../lib/adapters/lambda.ts'
import {
  answerHandshake,
  type CallbackDeps,
  type CallbackKeys,
  handleEvent,
  readEvent,
} from '../lib/callback/callback.ts'
import { config } from '../lib/config.ts'
import { log, now } from '../lib/runtime/context.ts'
import { followersQueue, imageChecks, receiptsQueue } from '../lib/runtime/queues.ts'
import { neededSecret, secrets } from '../lib/runtime/secrets.ts'

type Deps = Omit<CallbackDeps, 'appid'> & { readonly keys: () => Promise<CallbackKeys> }

export const createHandler = (open: Open<Deps>) =>
  httpFunction(open, async ({ query, body }, deps) => {
    const keys = await deps.keys()
    // Only the handshake has an echostr, and only it has no body.
    if (body === '') return { status: 200, body: answerHandshake(query, keys, now) }
    await handleEvent(readEvent(query, body, { keys, now }), { ...deps, appid: keys.appid })
    return { status: 200, body: 'success' }
  })

export const handler = createHandler(async () => ({
  keys: callbackKeys,
  followers: followersQueue(),
  receipts: receiptsQueue(),
  ...imageChecks(),
  log,
}))

async function callbackKeys(): Promise<CallbackKeys> {
  const { WECHAT_OFFICIAL_APPID: appid, WECHAT_MINI_APPID: miniAppid } = config(
    'WECHAT_OFFICIAL_APPID',
    'WECHAT_MINI_APPID',
  )
  const { CALLBACK_ENCRYPTION: encryption } = config('CALLBACK_ENCRYPTION')
  const known = secrets('callback-token', 'callback-aes-key')
  const [token, encodingAesKey] = await Promise.all([neededSecret('callback-token'), known.get('callback-aes-key')])
  const key = encodingAesKey === undefined ? {} : { encodingAesKey }
  return { appid, miniAppid, encryption, token, ...key }
}

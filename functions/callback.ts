import { httpFunction } from '../lib/adapters/lambda.ts'
import { answerHandshake, handleEvent, readEvent } from '../lib/callback.ts'
import { config } from '../lib/config.ts'
import { log, now } from '../lib/runtime/context.ts'
import { followersQueue, receiptsQueue } from '../lib/runtime/queues.ts'
import { neededSecret, secrets } from '../lib/runtime/secrets.ts'

export const handler = httpFunction(
  async () => ({ keys: callbackKeys, followers: followersQueue(), receipts: receiptsQueue(), log }),
  async ({ query, body }, deps) => {
    const keys = await deps.keys()
    // Only the handshake has an echostr, and only it has no body.
    if (body === '') return { status: 200, body: answerHandshake(query, keys, now) }
    await handleEvent(readEvent(query, body, { keys, now }), { ...deps, appid: keys.appid })
    return { status: 200, body: 'success' }
  },
)

async function callbackKeys() {
  const { WECHAT_OFFICIAL_APPID: appid, CALLBACK_ENCRYPTION: encryption } = config(
    'WECHAT_OFFICIAL_APPID',
    'CALLBACK_ENCRYPTION',
  )
  const [token, encodingAesKey] = await Promise.all([neededSecret('callback-token'), secrets().get('callback-aes-key')])
  return { appid, encryption, token, ...(encodingAesKey === undefined ? {} : { encodingAesKey }) }
}

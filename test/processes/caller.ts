/**
 * One process of many that share a WeChat and a table of tokens: our own client, put together as a function does.
 *
 * It does what its parent says over IPC, and ends with it.
 */

import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import * as v from 'valibot'
import { openDynamo } from '../../lib/adapters/dynamo/dynamo.ts'
import { createTokenStore } from '../../lib/adapters/dynamo/tokens.ts'
import { createWeChat } from '../../lib/adapters/wechat/client.ts'
import { createTransport } from '../../lib/adapters/wechat/transport.ts'
import { isAppId } from '../../lib/identifiers.ts'
import type { WeChat } from '../../lib/ports.ts'
import { type AccessTokenSource, createAccessTokenSource } from '../../lib/tokens/access-token.ts'
import { withAccessToken } from '../../lib/tokens/with-access-token.ts'
import { createBreaker } from '../../lib/wechat/breaker.ts'
import { defaultAccounts } from '../../local/wechat/defaults.ts'
import { silentLog as log } from '../silent-log.ts'

const order = v.variant('kind', [
  v.object({
    kind: v.literal('open'),
    wechatUrl: v.string(),
    table: v.string(),
    mode: v.picklist(['stable', 'classic']),
  }),
  v.object({ kind: v.literal('call'), times: v.number() }),
])
type Opening = Extract<v.InferOutput<typeof order>, { kind: 'open' }>

const { appid, appsecret } = defaultAccounts.official
const dynamo = openDynamo()
let requests = 0
let wechat: WeChat
let accessTokens: AccessTokenSource

// Counts what goes over the wire, the SDK's own repeats too.
dynamo.middlewareStack.add(next => args => next(args).finally(() => requests++), { step: 'deserialize' })
process.on('disconnect', () => process.exit(0))
process.on('message', message => {
  void obey(v.parse(order, message)).then(answer => process.send?.(answer))
})

async function obey(it: v.InferOutput<typeof order>) {
  if (it.kind === 'call') return call(it.times)
  open(it)
  return { kind: 'opened' }
}

function open({ wechatUrl, table, mode }: Opening): void {
  if (!isAppId(appid)) throw new Error(`${appid} is no appid`)
  const now = Date.now
  const metrics = { count: () => undefined }
  wechat = createWeChat({
    appid,
    // WeChat is about to be asked, so the lease is held.
    appsecret: async () => {
      process.send?.({ kind: 'asking' })
      return appsecret
    },
    transport: createTransport({ baseUrl: new URL(wechatUrl) }),
    mode,
    breaker: createBreaker({ now, log, metrics }),
    watch: () => undefined,
    nowSeconds: () => Math.floor(now() / 1000),
  })
  const tokens = createTokenStore(dynamo, table)
  accessTokens = createAccessTokenSource({ appid, wechat, tokens, now, sleep, owner: randomUUID(), log, metrics })
}

/** All at once. */
async function call(times: number) {
  requests = 0
  const outcomes = await Promise.allSettled(
    Array.from({ length: times }, () => withAccessToken(accessTokens, token => wechat.followerPage(token))),
  )
  const failures = outcomes.flatMap(it => (it.status === 'rejected' ? [String(it.reason)] : []))
  return { kind: 'called', succeeded: times - failures.length, failures: [...new Set(failures)], requests }
}

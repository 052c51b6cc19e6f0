/** A callback's surroundings, for what it passes on: queues that keep what they get, and servers on loopback behind it. */

import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import { appids } from '../../kit/app.ts'
import { silentMetrics } from '../../kit/silent.ts'
import { createPost } from '../../lib/adapters/forward.ts'
import type { CallbackKeys, Push } from '../../lib/callback/authenticate.ts'
import { createRests } from '../../lib/callback/forward-push.ts'
import type { PassOn } from '../../lib/callback/ports.ts'
import { parsePush } from '../../lib/callback/push.ts'
import type { TakeDeps } from '../../lib/callback/take-push.ts'
import type { ForwardTarget } from '../../lib/forward-target.ts'
import { listen } from '../listen.ts'
import { twoPairs } from '../second-pair.ts'

export const [[official], [mini]] = [twoPairs.officials, twoPairs.minis]
export const callbackKeys: CallbackKeys = {
  app: official,
  token: 'tokentoken',
  encodingAesKey: 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG',
  encryption: 'optional',
}
/** Those of the servers behind us. */
export const serverKeys = { token: 'theirs', encodingAesKey: 'Z'.repeat(43), appid: appids.official }

export const textMessage = (content: string, id = 1) =>
  `<xml><ToUserName><![CDATA[gh_1]]></ToUserName><FromUserName><![CDATA[oA1b2]]></FromUserName><CreateTime>1767225600</CreateTime><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[${content}]]></Content><MsgId>${id}</MsgId></xml>`
export const eventMessage = (event: string, more = '') =>
  `<xml><ToUserName><![CDATA[gh_1]]></ToUserName><FromUserName><![CDATA[oA1b2]]></FromUserName><CreateTime>1767225600</CreateTime><MsgType><![CDATA[event]]></MsgType><Event><![CDATA[${event}]]></Event>${more}</xml>`
export const replyText = (openid = 'oA1b2') =>
  `<xml><ToUserName><![CDATA[${openid}]]></ToUserName><FromUserName><![CDATA[gh_1]]></FromUserName><CreateTime>1</CreateTime><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[hi]]></Content></xml>`

/** A push that came encrypted, or in plain text. */
export const pushOf = (message: string, isEncrypted = false): Push => ({
  ...{ message, isEncrypted, hops: 0 },
  ...parsePush(message),
})

export type Behaviour = (call: IncomingMessage, response: ServerResponse, body: string) => void

/** Opens a server that behaves so; answers its address, and what it got. */
export async function openTarget(behave: Behaviour = (_call, response) => void response.end('success')) {
  const got: string[] = []
  const url = await listen(
    createServer(async (call, response) => {
      const body = Buffer.concat(await call.toArray()).toString()
      got.push(body)
      behave(call, response, body)
    }),
  )
  return { got, url }
}

export const targetOf = (url: string, more: Partial<ForwardTarget> = {}): ForwardTarget => ({
  ...{ name: 'crm', url, mode: 'plain', answers: true },
  ...more,
})

/** What takes a push, with what was queued, logged and counted; the clock stands until it is moved. */
export function openCallback(targets: readonly ForwardTarget[], subscribers = true) {
  const clock = { now: Date.parse('2026-11-29T00:00:00Z') }
  const now = () => clock.now
  const queued: Record<string, unknown[]> = { followers: [], receipts: [], passOn: [] }
  const queue = (name: string) => ({ push: async (all: readonly unknown[]) => void queued[name]?.push(...all) })
  const told: object[] = []
  const tell = (event: string, fields: object = {}) => void told.push({ event, ...fields })
  let failed = 0
  const deps: TakeDeps = {
    app: official,
    apps: twoPairs,
    followers: queue('followers'),
    takeReceipt: async receipt => void queued.receipts?.push(receipt),
    log: { debug: () => undefined, info: tell, warn: tell, error: tell },
    metrics: { ...silentMetrics, count: () => void failed++ },
    passOn: { queue: queue('passOn') as { push: (all: readonly PassOn[]) => Promise<void> }, subscribers },
    keys: callbackKeys,
    targets,
    replies: {},
    post: createPost('loopback'),
    keysOf: async () => serverKeys,
    stamp: () => ({ timestamp: `${Math.floor(clock.now / 1000)}`, nonce: '4711' }),
    rests: createRests(now),
    now,
  }
  return { deps, queued, told, clock, failures: () => failed }
}

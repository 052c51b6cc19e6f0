/**
 * The function: our own client of WeChat, `syncFollowers` and `linkFollowers` as on Lambda, in a process of its own.
 *
 * The stores and the queue are its parent's, so that its memory is its own.
 */

import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { inspect } from 'node:util'
import { createWeChat } from '../../lib/adapters/wechat/client.ts'
import { createTransport } from '../../lib/adapters/wechat/transport.ts'
import { parseNews } from '../../lib/followers/follower-news.ts'
import { linkFollowers } from '../../lib/followers/link-followers.ts'
import { isAppId } from '../../lib/identifiers.ts'
import type { Log } from '../../lib/ports.ts'
import { log as lambdaLog } from '../../lib/runtime/context.ts'
import { consumedFollowersQueue } from '../../lib/runtime/queues.ts'
import { walkStore } from '../../lib/runtime/stores.ts'
import { syncFollowers } from '../../lib/sync/sync-followers.ts'
import { createAccessTokenSource } from '../../lib/tokens/access-token.ts'
import { createBreaker } from '../../lib/wechat/breaker.ts'
import { defaultAccounts } from '../../local/wechat/defaults.ts'
import { openPeer } from './peer.ts'
import { openRemoteStores } from './remote-stores.ts'
import { endWithParent, usage } from './usage.ts'

/** A deployed function has these loaded, with AWS's clients behind them; here they only take their memory. */
export const loadedToo = [lambdaLog, consumedFollowersQueue, walkStore]

const call = openPeer(process, { function: { sync, link, usage } })
endWithParent()

const endless = { until: Number.POSITIVE_INFINITY }
let aheadMs = 0
const now = () => Date.now() + aheadMs
const complain = (event: string, fields: object = {}) => process.stderr.write(`\n${event} ${inspect(fields)}\n`)
const log: Log = { info: () => undefined, warn: complain, error: complain }
const metrics = { count: () => undefined, gauge: () => undefined }
const deps = {
  ...openRemoteStores(call),
  ...openApp(process.argv[2] ?? ''),
  now,
  random: Math.random,
  sleep,
  log,
  metrics,
}

/** Walks; the clock is that much ahead from now on, so that it may be another day. */
function sync(ahead: number) {
  aheadMs = ahead
  const order = { action: 'walk', spread: false, everyone: false } as const
  return syncFollowers(order, { ...deps, owner: randomUUID(), spread: false }, endless)
}

/** One invocation of the queue's consumer; answers which messages must come again. */
async function link(bodies: readonly string[]): Promise<string[]> {
  const arrivals = bodies.map((body, index) => ({ news: parseNews(body), receiptHandle: `${index}`, receives: 1 }))
  const failed = await linkFollowers(arrivals, deps, endless)
  return failed.map(it => bodies[Number(it.receiptHandle)] ?? '')
}

function openApp(url: string) {
  const { appid, appsecret } = defaultAccounts.official
  const { appid: miniAppid } = defaultAccounts.mini
  if (!isAppId(appid) || !isAppId(miniAppid)) throw new Error('no appids')
  const { tokens } = openRemoteStores(call)
  const wechat = createWeChat({
    appid,
    appsecret: async () => appsecret,
    transport: createTransport({ baseUrl: new URL(url) }),
    mode: 'stable',
    breaker: createBreaker({ now, log, metrics }),
    watch: () => undefined,
    nowSeconds: () => Math.floor(now() / 1000),
  })
  const owner = randomUUID()
  const source = { appid, wechat, tokens, now, sleep, owner, log, metrics }
  return {
    wechat,
    accessTokens: createAccessTokenSource(source),
    imageArrivals: { push: async () => undefined },
    miniAppid,
  }
}

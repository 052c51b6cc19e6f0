/**
 * A container of the functions that keep the followers in step, put together as they are: it walks, and it works messages
 * in, as its parent orders over IPC, with real adapters. The clock is the parent's; it ends with its parent.
 */

import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import * as v from 'valibot'
import { createConsumedQueue, createQueue } from '../../lib/adapters/aws/sqs-queues.ts'
import { openDynamo } from '../../lib/adapters/dynamo/dynamo.ts'
import { createErasures } from '../../lib/adapters/dynamo/erasures.ts'
import { createJournal } from '../../lib/adapters/dynamo/journal.ts'
import { createLinkUpkeep } from '../../lib/adapters/dynamo/link-upkeep.ts'
import { createLinkingStore } from '../../lib/adapters/dynamo/linking.ts'
import { createLinkStore } from '../../lib/adapters/dynamo/links.ts'
import { createTokenStore } from '../../lib/adapters/dynamo/tokens.ts'
import { createWalkStore } from '../../lib/adapters/dynamo/walks.ts'
import { createWeChat } from '../../lib/adapters/wechat/client.ts'
import { createTransport } from '../../lib/adapters/wechat/transport.ts'
import { type News, parseNews } from '../../lib/followers/follower-news.ts'
import { linkFollowers } from '../../lib/followers/link-followers.ts'
import { isAppId } from '../../lib/identifiers.ts'
import { parseSyncOrder, syncFollowers } from '../../lib/sync/sync-followers.ts'
import { createAccessTokenSource } from '../../lib/tokens/access-token.ts'
import { createBreaker } from '../../lib/wechat/breaker.ts'
import { defaultAccounts } from '../../local/wechat/defaults.ts'
import { silentLog as log } from '../silent-log.ts'

const names = v.object({ tokens: v.string(), links: v.string(), walks: v.string(), queue: v.string() })
const message = v.object({ body: v.string(), receiptHandle: v.string(), receives: v.number() })
const order = v.variant('kind', [
  v.object({ kind: v.literal('open'), wechatUrl: v.string(), names }),
  v.object({ kind: v.literal('sync'), now: v.number() }),
  v.object({ kind: v.literal('link'), now: v.number(), messages: v.array(message) }),
])
type Order = v.InferOutput<typeof order>
type Opening = Extract<Order, { kind: 'open' }>

/** What the functions may take (serverless.yml), less what they keep back. */
const limitMs = { sync: 885_000, link: 45_000 }
const { appid, appsecret } = defaultAccounts.official
const { appid: miniAppid } = defaultAccounts.mini

let clock = 0
const now = () => clock
const metrics = { count: () => undefined, gauge: () => undefined }
let functions: ReturnType<typeof open>

process.on('disconnect', () => process.exit(0))
process.on('message', it => {
  void obey(v.parse(order, it)).then(answer => process.send?.(answer))
})

async function obey(it: Order): Promise<object> {
  if (it.kind === 'open') {
    functions = open(it)
    return { kind: 'opened' }
  }
  clock = it.now
  const until = clock + limitMs[it.kind]
  try {
    if (it.kind === 'link') return { kind: 'done', failed: await functions.link(it.messages, until) }
    return { kind: 'done', state: await functions.sync(until) }
  } catch (error) {
    return { kind: 'failed', error: String(error) }
  }
}

function open({ wechatUrl, names }: Opening) {
  const dynamo = openDynamo()
  const app = openWeChat(wechatUrl, createTokenStore(dynamo, names.tokens))
  const deps = {
    ...app,
    links: { ...createLinkStore(dynamo, names.links), ...createLinkUpkeep(dynamo, names.links) },
    walks: createWalkStore(dynamo, names.walks),
    journal: createJournal(dynamo, names.walks, Math.random),
    linking: createLinkingStore(dynamo, names.walks, now),
    erasures: createErasures(dynamo, names.walks),
    followers: { ...createQueue<News>(names.queue), ...createConsumedQueue(names.queue) },
    imageArrivals: { push: async () => undefined },
    owner: randomUUID(),
    spread: false,
    now,
    random: Math.random,
    sleep,
    log,
    metrics,
  }
  return {
    async sync(until: number) {
      const { state } = await syncFollowers(parseSyncOrder({ action: 'tick' }), deps, { until })
      return state
    },
    async link(messages: readonly v.InferOutput<typeof message>[], until: number) {
      const arrivals = messages.map(({ body, ...rest }) => ({ ...rest, news: parseNews(body) }))
      return (await linkFollowers(arrivals, deps, { until })).map(it => it.receiptHandle)
    },
  }
}

function openWeChat(url: string, tokens: ReturnType<typeof createTokenStore>) {
  if (!isAppId(appid) || !isAppId(miniAppid)) throw new Error('no appids')
  const wechat = createWeChat({
    appid,
    appsecret: async () => appsecret,
    transport: createTransport({ baseUrl: new URL(url) }),
    mode: 'stable',
    breaker: createBreaker({ now, log, metrics }),
    watch: () => undefined,
    nowSeconds: () => Math.floor(clock / 1000),
  })
  const source = { appid, wechat, tokens, now, sleep, owner: randomUUID(), log, metrics }
  return { wechat, accessTokens: createAccessTokenSource(source), miniAppid }
}

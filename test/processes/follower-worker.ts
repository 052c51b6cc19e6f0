/**
 * A container of the functions that keep the followers in step, put together as they are: it syncs, and it works messages
 * in, as its parent orders, with real adapters. The clock is the parent's; it ends with its parent.
 */

import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { boxApps, openApp } from '../../kit/app.ts'
import { beginsForMs } from '../../kit/deployment.ts'
import { openPeer } from '../../kit/peer.ts'
import { silentLog as log, silentMetrics as metrics } from '../../kit/silent.ts'
import { endWithParent } from '../../kit/usage.ts'
import { createConsumedQueue, createQueue } from '../../lib/adapters/aws/sqs-queues.ts'
import { openDynamo } from '../../lib/adapters/dynamo/dynamo.ts'
import { createErasures } from '../../lib/adapters/dynamo/erasures.ts'
import { createJournal } from '../../lib/adapters/dynamo/journal.ts'
import { createLinkUpkeep } from '../../lib/adapters/dynamo/link-upkeep.ts'
import { createLinkingStore } from '../../lib/adapters/dynamo/linking.ts'
import { createLinkStore } from '../../lib/adapters/dynamo/links.ts'
import { createSyncRunStore } from '../../lib/adapters/dynamo/sync-runs.ts'
import { createTokenStore } from '../../lib/adapters/dynamo/tokens.ts'
import { type News, parseNews } from '../../lib/followers/follower-news.ts'
import { linkFollowers } from '../../lib/followers/link-followers.ts'
import { parseSyncOrder } from '../../lib/sync/order.ts'
import { syncFollowers } from '../../lib/sync/sync-followers.ts'

type Names = { readonly tokens: string; readonly links: string; readonly walks: string; readonly queue: string }
export type Arrived = { readonly body: string; readonly receiptHandle: string; readonly receives: number }
/** What the parent may ask for, at an instant by its clock. */
export type FollowerWorker = {
  open(wechatUrl: string, names: Names): Promise<void>
  /** Answers the state of the sync run. */
  sync(at: number): Promise<string>
  /** Answers the handles of those that must come again. */
  link(at: number, messages: readonly Arrived[]): Promise<readonly string[]>
}

const [official] = boxApps.officials
let clock = 0
const now = () => clock
let deps: ReturnType<typeof depsOf>

openPeer(process, { worker: { open, sync, link } })
endWithParent()

function open(wechatUrl: string, names: Names): void {
  deps = depsOf(wechatUrl, names)
}

async function sync(at: number): Promise<string> {
  clock = at
  const order = parseSyncOrder({ action: 'tick' })
  return (await syncFollowers(order, deps.sync, { until: at + beginsForMs('sync-followers') })).state
}

async function link(at: number, messages: readonly Arrived[]): Promise<readonly string[]> {
  clock = at
  const arrivals = messages.map(({ body, ...rest }) => ({ ...rest, news: parseNews(body) }))
  const failed = await linkFollowers(arrivals, deps.stage, { until: at + beginsForMs('link-followers') })
  return failed.map(it => it.receiptHandle)
}

function depsOf(url: string, names: Names) {
  const dynamo = openDynamo()
  const opened = openApp({ url, tokens: createTokenStore(dynamo, names.tokens), now, sleep })
  const account = {
    ...opened,
    app: official,
    syncRuns: createSyncRunStore(dynamo, names.walks, official.appid),
    journal: createJournal(dynamo, names.walks, official.appid, Math.random),
    linking: createLinkingStore(dynamo, names.walks, official.appid, now),
    erasures: createErasures(dynamo, names.walks, official.appid),
  }
  const stage = {
    accounts: [account],
    links: { ...createLinkStore(dynamo, names.links), ...createLinkUpkeep(dynamo, names.links) },
    codes: { claim: async () => ({ kind: 'unknown' as const }) },
    followers: { ...createQueue<News>(names.queue), ...createConsumedQueue(names.queue) },
    imageArrivals: { push: async () => undefined },
    now,
    random: Math.random,
    log,
  }
  return { stage, sync: { ...stage, ...account, owner: randomUUID(), spread: false, sleep, log, metrics } }
}

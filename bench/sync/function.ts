/**
 * The function: our own client of WeChat, `syncFollowers` and `linkFollowers` as on Lambda, in a process of its own.
 *
 * The stores and the queue are its parent's, so that its memory is its own.
 */

import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { inspect } from 'node:util'

import { boxApps, openApp } from '../../kit/app.ts'
import { openPeer } from '../../kit/peer.ts'
import { endWithParent, usage } from '../../kit/usage.ts'
import { parseNews } from '../../lib/followers/follower-news.ts'
import { linkFollowers } from '../../lib/followers/link-followers.ts'
import type { Log } from '../../lib/ports.ts'
import { log as lambdaLog } from '../../lib/runtime/context.ts'
import { consumedFollowersQueue } from '../../lib/runtime/queues.ts'
import { syncRunStore } from '../../lib/runtime/stores.ts'
import { syncFollowers } from '../../lib/sync/sync-followers.ts'
import { openRemoteStores } from './remote-stores.ts'

/** A deployed function has these loaded, with AWS's clients behind them; here they only take their memory. */
export const loadedToo = [lambdaLog, consumedFollowersQueue, syncRunStore]

const call = openPeer(process, { function: { sync, link, usage } })
endWithParent()

const endless = { until: Number.POSITIVE_INFINITY }
let aheadMs = 0
const now = () => Date.now() + aheadMs
const complain = (event: string, fields: object = {}) => process.stderr.write(`\n${event} ${inspect(fields)}\n`)
const log: Log = { debug: () => undefined, info: () => undefined, warn: complain, error: complain }
const stores = openRemoteStores(call)
const [app] = boxApps.officials
const opened = openApp({ url: process.argv[2] ?? '', tokens: stores.tokens, now, log })
const account = { ...opened, ...stores, app, now, sleep }
const stage = {
  ...stores,
  accounts: [account],
  codes: { claim: async () => ({ kind: 'unknown' as const }) },
  // Nobody here scans.
  links: {
    ...stores.links,
    resolve: async () => [],
    joinByScan: async () => 'no-such-user' as const,
    endScans: async () => undefined,
  },
  imageArrivals: { push: async () => undefined },
  now,
  random: Math.random,
  log,
}

/** Syncs; the clock is that much ahead from now on, so that it may be another day. */
function sync(ahead: number) {
  aheadMs = ahead
  const order = { action: 'sync', spread: false, everyone: false } as const
  return syncFollowers(order, { ...account, owner: randomUUID(), spread: false }, endless)
}

/** One invocation of the queue's consumer; answers which messages must come again. */
async function link(bodies: readonly string[]): Promise<string[]> {
  const arrivals = bodies.map((body, index) => ({ news: parseNews(body), receiptHandle: `${index}`, receives: 1 }))
  const failed = await linkFollowers(arrivals, stage, endless)
  return failed.map(it => bodies[Number(it.receiptHandle)] ?? '')
}

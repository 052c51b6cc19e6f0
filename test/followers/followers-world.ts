/** The world of followers: both use-cases over the same stores, with the queue between them in the test's hands. */

import { type News, parseNews } from '../../lib/followers/follower-news.ts'
import { reachOf } from '../../lib/followers/link.ts'
import { type LinkFollowersDeps, linkFollowers } from '../../lib/followers/link-followers.ts'
import { type RevisitDeps, revisitFollowers } from '../../lib/followers/revisit-followers.ts'
import { parseSyncOrder, type SyncDeps, syncFollowers } from '../../lib/sync/sync-followers.ts'
import type { WeChatOptions } from '../../local/wechat/server.ts'
import { openWorld, type Person } from '../world.ts'

const forever = { until: Number.POSITIVE_INFINITY }

export async function openFollowers(options: WeChatOptions = {}) {
  const world = await openWorld({ pageSize: 10, ...options })
  const { links, walks, journal, linking, erasures, log, metrics, now, sleep } = world
  const official = world.app('official')
  /** What waits in the queue now, and what was pushed with a delay. */
  const queued: News[] = []
  const later: { readonly news: News; readonly seconds: number }[] = []
  const putOff: number[] = []
  /** Whose pictures are to go, as the queue of their arrivals is told. */
  const unpictured: unknown[] = []
  const followers = {
    push: async (messages: readonly unknown[], seconds = 0) => {
      const news = messages.map(it => parseNews(JSON.stringify(it)))
      if (seconds === 0) queued.push(...news)
      else later.push(...news.map(it => ({ news: it, seconds })))
    },
    retryIn: async (_receiptHandle: string, seconds: number) => void putOff.push(seconds),
  }
  const imageArrivals = { push: async (wishes: readonly unknown[]) => void unpictured.push(...wishes) }
  const miniAppid = world.app('mini').appid
  const common = {
    ...official,
    links,
    walks,
    journal,
    linking,
    erasures,
    followers,
    imageArrivals,
    miniAppid,
    now,
    log,
  }
  const deps: LinkFollowersDeps & SyncDeps & RevisitDeps = {
    ...common,
    metrics,
    sleep,
    random: () => 1,
    owner: 'a',
    spread: false,
    retentionDays: 30,
  }

  return {
    ...world,
    deps,
    queued,
    later,
    putOff,
    unpictured,
    seconds: () => Math.floor(now() / 1000),
    /** Hands news in as the queue does; answers those that must come again. */
    work: async (told: readonly News[], more: Partial<LinkFollowersDeps> = {}) => {
      const arrivals = told.map((news, index) => ({ news, receiptHandle: `${index}`, receives: 1 }))
      return (await linkFollowers(arrivals, { ...deps, ...more }, forever)).map(it => it.news)
    },
    walk: (order: object = {}, more: Partial<SyncDeps> = {}, limits = forever) =>
      syncFollowers(parseSyncOrder(order), { ...deps, ...more }, limits),
    revisit: (more: Partial<RevisitDeps> = {}) => revisitFollowers({ ...deps, ...more }, forever),
    reach: async ({ openid }: Person) => {
      const [found] = await links.resolve([{ openid }])
      return found === undefined ? undefined : reachOf({ openid }, found)
    },
  }
}

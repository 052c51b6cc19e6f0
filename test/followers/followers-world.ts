/** The world of followers: both use-cases over the same stores, with the queue between them in the test's hands. */

import { memoryFollowCodes } from '../../kit/memory-stores.ts'
import type { MiniProgram, OfficialAccount } from '../../lib/apps.ts'
import type { Account, StageDeps } from '../../lib/followers/deps.ts'
import { type News, parseNews } from '../../lib/followers/follower-news.ts'
import { personIn, reachOf } from '../../lib/followers/link.ts'
import { linkFollowers } from '../../lib/followers/link-followers.ts'
import type { FollowerLinks } from '../../lib/followers/ports.ts'
import { type RevisitDeps, revisitFollowers } from '../../lib/followers/revisit-followers.ts'
import type { Address, OpenId } from '../../lib/identifiers.ts'
import { logOf, metricsOf } from '../../lib/of-app.ts'
import type { SyncDeps } from '../../lib/sync/context.ts'
import { parseSyncOrder } from '../../lib/sync/order.ts'
import { syncFollowers } from '../../lib/sync/sync-followers.ts'
import type { WeChatOptions } from '../../local/wechat/server.ts'
import { openIdleAccounts } from '../idle-pair.ts'
import { appid } from '../ids.ts'
import { openWorld, type Person } from '../world.ts'

const forever = { until: Number.POSITIVE_INFINITY }

export async function openFollowers(options: WeChatOptions = {}) {
  const world = await openWorld({ pageSize: 10, ...options })
  const { links, syncRuns, journal, linking, erasures, log, metrics, now, sleep } = world
  const { wechat, accessTokens, ...opened } = world.app('official')
  const app: OfficialAccount = { kind: 'official', name: 'official', appid: appid(opened.appid) }
  const mini = appid(world.app('mini').appid)
  const miniProgram: MiniProgram = { kind: 'mini', name: 'mini', appid: mini, follows: app }
  /** What waits in the queue now, and what was pushed with a delay. */
  const queued: News[] = []
  const later: { readonly news: News; readonly seconds: number }[] = []
  const putOff: number[] = []
  /** Whose pictures are to go, as the queue of their arrivals is told. */
  const unpictured: unknown[] = []
  const followers = {
    push: async (messages: readonly unknown[], seconds = 0) => {
      const news = messages.map(message => parseNews(JSON.stringify(message)))
      if (seconds === 0) queued.push(...news)
      else later.push(...news.map(one => ({ news: one, seconds })))
    },
    retryIn: async (_receiptHandle: string, seconds: number) => void putOff.push(seconds),
  }
  const codes = memoryFollowCodes()
  const imageArrivals = { push: async (requests: readonly unknown[]) => void unpictured.push(...requests) }
  const account = { app, wechat, accessTokens, syncRuns, journal, linking, erasures }
  const idle = openIdleAccounts(world)
  const deps = { links, codes, followers, imageArrivals, now, random: () => 1, log, accounts: [account, ...idle] }
  const syncDeps: SyncDeps = {
    ...deps,
    ...account,
    log: logOf(app, log),
    metrics: metricsOf(app, metrics),
    sleep,
    owner: 'a',
    spread: false,
  }
  /** People as the account sees them. */
  const resolve = async (addresses: readonly Address[]) =>
    (await links.resolve(addresses)).map(found => personIn(found, app.appid))
  const atAccount = ({ openid }: { readonly openid: OpenId }) => ({ official: app.appid, openid })

  return {
    ...world,
    official: app,
    mini,
    miniProgram,
    account,
    deps,
    syncDeps,
    queued,
    later,
    putOff,
    unpictured,
    resolve,
    atAccount,
    atMini: ({ miniOpenid }: Person) => ({ mini, miniOpenid }),
    /** What is stored of the account's followers. */
    followerLinks: links.of(app.appid),
    /** The links, some of whose requests for followers are other ones. */
    linksWith: (more: Partial<FollowerLinks>): StageDeps['links'] => {
      return { ...links, of: official => ({ ...links.of(official), ...more }) }
    },
    seconds: () => Math.floor(now() / 1000),
    /** Hands news in as the queue does; answers those that must come again. */
    work: async (told: readonly News[], more: Partial<StageDeps & Account> = {}, receives = 1) => {
      const arrivals = told.map((news, index) => ({ news, receiptHandle: `${index}`, receives }))
      const given = { ...deps, ...more, accounts: [{ ...account, ...more }, ...idle] }
      return (await linkFollowers(arrivals, given, forever)).map(failed => failed.news)
    },
    runSync: (order: object = {}, more: Partial<SyncDeps> = {}, limits = forever) =>
      syncFollowers(parseSyncOrder(order), { ...syncDeps, ...more }, limits),
    revisit: (more: Partial<RevisitDeps> = {}) => revisitFollowers({ ...deps, retentionDays: 30, ...more }, forever),
    reach: async (who: Person) => {
      const [found] = await resolve([atAccount(who)])
      return found === undefined ? undefined : reachOf(found)
    },
  }
}

/** Once a day: forgets who left longer ago than the retention time, and asks again for followers without unionid. */

import { type AskDeps, askFollowers } from './ask-followers.ts'
import type { Expiry, FollowerNews } from './follower-news.ts'
import type { LinkUpkeep, Now, Queue } from './ports.ts'

export type RevisitDeps = AskDeps & {
  readonly links: Pick<LinkUpkeep, 'waiting'>
  readonly followers: Pick<Queue, 'push'>
  /** Who left is forgotten after so many days. */
  readonly retentionDays: number
  readonly now: Now
}

export type RevisitReport = { readonly expired: number; readonly asked: number }

const daySeconds = 86_400
/** A follower without unionid is asked for again after so many days. */
const askAgainDays = 7

/** Queues both kinds; stops at `until` (ms), for what is left is found again tomorrow. */
export async function revisitFollowers(deps: RevisitDeps, limits: { readonly until: number }): Promise<RevisitReport> {
  const report = { expired: await expire(deps, limits), asked: await askAgain(deps, limits) }
  deps.log.info('revisit-followers.done', report)
  return report
}

type Limits = { readonly until: number }

async function expire({ links, followers, retentionDays, now }: RevisitDeps, { until }: Limits): Promise<number> {
  const at = daysAgo(retentionDays, now)
  let count = 0
  for await (const openids of links.waiting('left', at)) {
    if (now() >= until) break
    await followers.push([{ change: 'expire', openids: [...openids], at } satisfies Expiry])
    count += openids.length
  }
  return count
}

/**
 * Whether a follower has a unionid is decided by how the apps are bound, so mostly for all alike: while the first
 * hundred have none yet, the others are not asked for.
 */
async function askAgain(deps: RevisitDeps, { until }: Limits): Promise<number> {
  let count = 0
  for await (const openids of deps.links.waiting('unbound', daysAgo(askAgainDays, deps.now))) {
    if (deps.now() >= until) break
    if (count === 0) {
      const answers = await askFollowers(openids, deps)
      if (![...answers.values()].some(it => it.unionid !== undefined || !it.following)) return 0
    }
    const news = { change: 'follow', origin: 'walk', openids: [...openids], at: 0 } satisfies FollowerNews
    await deps.followers.push([news])
    count += openids.length
  }
  return count
}

function daysAgo(days: number, now: Now): number {
  return Math.floor(now() / 1000) - days * daySeconds
}

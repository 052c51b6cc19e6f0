/** Once a day: forgets who unfollowed longer ago than the retention time, and asks again for followers without unionid. */

import type { OpenId } from '../identifiers.ts'
import type { Now, Queue } from '../ports.ts'
import { type AskDeps, askFollowers } from './ask-followers.ts'
import { batchSize } from './follower-batches.ts'
import type { Expiry, FollowerNews } from './follower-news.ts'
import type { LinkUpkeep } from './ports.ts'

export type RevisitDeps = AskDeps & {
  readonly links: Pick<LinkUpkeep, 'waiting'>
  readonly followers: Queue<FollowerNews | Expiry>
  /** Who unfollowed is forgotten after so many days. */
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
    await followers.push([{ change: 'expire', openids: [...openids], at }])
    count += openids.length
  }
  return count
}

/**
 * Whether a follower has a unionid is decided by how the apps are bound, so mostly for all alike. Of very many only the
 * first hundred are asked for while none of them has one; they stand at the end after that, and tomorrow it is the next.
 */
async function askAgain(deps: RevisitDeps, { until }: Limits): Promise<number> {
  let count = 0
  let isWorthwhile = true
  for await (const openids of hundreds(deps.links.waiting('unbound', daysAgo(askAgainDays, deps.now)))) {
    if (deps.now() >= until || !isWorthwhile) break
    // Fewer than a hundred are all there are.
    if (count === 0 && openids.length === batchSize) isWorthwhile = await hasUnionids(openids, deps)
    await deps.followers.push([{ change: 'follow', openids: [...openids], at: 0 }])
    count += openids.length
  }
  return count
}

async function hasUnionids(openids: readonly OpenId[], deps: RevisitDeps): Promise<boolean> {
  const answers = await askFollowers(openids, deps)
  return [...answers.values()].some(it => it !== 'nobody' && it.unionid !== undefined)
}

/** The same in runs of a hundred, but for the last. */
async function* hundreds(found: AsyncIterable<readonly OpenId[]>): AsyncIterable<OpenId[]> {
  const run: OpenId[] = []
  for await (const openids of found) {
    run.push(...openids)
    while (run.length >= batchSize) yield run.splice(0, batchSize)
  }
  if (run.length > 0) yield run
}

function daysAgo(days: number, now: Now): number {
  return Math.floor(now() / 1000) - days * daySeconds
}

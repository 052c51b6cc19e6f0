/** Once a day: forgets who unfollowed longer ago than the retention time, and asks again for followers without unionid. */

import type { OfficialAccount } from '../apps.ts'
import type { OpenId } from '../identifiers.ts'
import { logOf } from '../of-app.ts'
import { inParallel } from '../pool.ts'
import type { AppLog, Log, Now, Queue } from '../ports.ts'
import { type AskDeps, askFollowers } from './ask-followers.ts'
import { batchSize } from './follower-batches.ts'
import type { Expiry, FollowerNews } from './follower-news.ts'
import type { LinkUpkeep } from './ports.ts'

type Account = Omit<AskDeps, 'log'> & { readonly app: OfficialAccount }
type Shared = {
  readonly links: Pick<LinkUpkeep, 'waiting'>
  readonly followers: Queue<FollowerNews | Expiry>
  /** Who unfollowed is forgotten after so many days. */
  readonly retentionDays: number
  readonly now: Now
  readonly log: Log
}
export type RevisitDeps = Shared & { readonly accounts: readonly Account[] }
type AccountDeps = Omit<Shared, 'log'> & Account & { readonly log: AppLog }

export type RevisitReport = { readonly expired: number; readonly asked: number }

const daySeconds = 86_400
/** A follower without unionid is asked for again after so many days. */
const askAgainDays = 7

/**
 * Queues both kinds, of all accounts at once; stops at `until` (ms), for what is left is found again tomorrow. Throws what
 * one of them failed with when the others are done.
 */
export async function revisitFollowers(
  { accounts, ...stage }: RevisitDeps,
  limits: { readonly until: number },
): Promise<RevisitReport> {
  const report = { expired: 0, asked: 0 }
  await inParallel(accounts, accounts.length, async account => {
    const { expired, asked } = await revisitAccount(
      { ...stage, ...account, log: logOf(account.app, stage.log) },
      limits,
    )
    report.expired += expired
    report.asked += asked
  })
  return report
}

async function revisitAccount(deps: AccountDeps, limits: Limits): Promise<RevisitReport> {
  const report = { expired: await expire(deps, limits), asked: await askAgain(deps, limits) }
  deps.log.info('revisit-followers.done', report)
  return report
}

type Limits = { readonly until: number }

async function expire({ app, links, followers, retentionDays, now }: AccountDeps, { until }: Limits): Promise<number> {
  const at = daysAgo(retentionDays, now)
  let count = 0
  for await (const openids of links.waiting(app.appid, 'left', at)) {
    if (now() >= until) break
    await followers.push([{ change: 'expire', official: app.appid, openids: [...openids], at }])
    count += openids.length
  }
  return count
}

/**
 * Whether a follower has a unionid is decided by how the apps are bound, so mostly for all alike. Of very many only the
 * first hundred are asked for while none of them has one; they stand at the end after that, and tomorrow it is the next.
 */
async function askAgain(deps: AccountDeps, { until }: Limits): Promise<number> {
  const official = deps.app.appid
  const waiting = deps.links.waiting(official, 'unbound', daysAgo(askAgainDays, deps.now))
  let count = 0
  let isWorthwhile = true
  for await (const openids of hundreds(waiting)) {
    if (deps.now() >= until || !isWorthwhile) break
    // Fewer than a hundred are all there are.
    if (count === 0 && openids.length === batchSize) isWorthwhile = await hasUnionids(openids, deps)
    await deps.followers.push([{ change: 'follow', official, openids: [...openids], at: 0 }])
    count += openids.length
  }
  return count
}

async function hasUnionids(openids: readonly OpenId[], deps: AccountDeps): Promise<boolean> {
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

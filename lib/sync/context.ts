/** What a sync run is given: its dependencies, and all that one invocation knows of it. */

import type { OfficialAccount } from '../apps.ts'
import type { FollowerNews } from '../followers/follower-news.ts'
import type { Erasures, Journal, LinkingStore, LinkStore } from '../followers/ports.ts'
import type { AppLog, AppMetrics, Now, Queue, WeChat } from '../ports.ts'
import type { AccessTokenSource } from '../tokens/access-token.ts'
import type { KnownFollowers } from './known-followers.ts'
import type { SyncRunStore, SyncRuns } from './ports.ts'

export type SyncDeps = {
  /** The Official Account whose followers these are. */
  readonly app: OfficialAccount
  readonly wechat: Pick<WeChat, 'followerPage' | 'followerInfo' | 'quota'>
  readonly accessTokens: AccessTokenSource
  readonly links: Pick<LinkStore, 'loginsOf'>
  readonly syncRuns: SyncRunStore
  readonly journal: Journal
  readonly erasures: Pick<Erasures, 'all' | 'marksOf'>
  readonly followers: Queue<FollowerNews>
  readonly linking: Pick<LinkingStore, 'open' | 'close' | 'abandon' | 'expect' | 'waiting'>
  /** Names this process among those that want to sync. */
  readonly owner: string
  /** Whether a sync run that today's quota cannot finish begins all the same, and goes on tomorrow. */
  readonly spread: boolean
  readonly now: Now
  readonly sleep: (ms: number) => Promise<void>
  readonly log: AppLog
  readonly metrics: AppMetrics
}

/** How one invocation goes about it. */
export type RunOptions = {
  /** When (ms) it began, before it read what is known. */
  readonly beganAt: number
  /** No page is asked for after that (ms). */
  readonly until: number
  readonly spread: boolean
  readonly isEveryone: boolean
}

export type SyncContext = KnownFollowers & RunOptions & { readonly deps: SyncDeps; readonly runs: SyncRuns }

/** Prolonged with each page, so that a process that was killed holds the others up for no longer. */
const leaseMs = 60_000

/** Takes the lease of sync runs, or prolongs it; false while another process has it. */
export function takeLease({ syncRuns, owner, now }: SyncDeps): Promise<boolean> {
  return syncRuns.takeLease({ owner, now: now(), until: now() + leaseMs })
}

/** Prolongs the lease; throws if it was lost. */
export async function keepLease({ deps }: SyncContext): Promise<void> {
  if (!(await takeLease(deps))) throw lostLease()
}

export function lostLease(): Error {
  return new Error('another process has taken over the sync run')
}

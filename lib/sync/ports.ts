/** What sync runs need of the outside: how far they are, and the pages that they read. */

import type { OpenId } from '../identifiers.ts'

/**
 * A sync run: how far it is. `startedAt` is WeChat's clock in seconds, `beganAt` ours in ms; `followers` counts different
 * people, `total` is the most that WeChat named so far, `added` those who were not linked yet, `next` where it goes on.
 */
export type SyncRun = {
  readonly id: string
  readonly startedAt: number
  readonly beganAt: number
  /** Whether everybody is looked up again, not only who was added. */
  readonly isEveryone: boolean
  readonly pages: number
  readonly followers: number
  readonly total: number
  /** The least that WeChat named: where it is less than `total`, the list has changed meanwhile. */
  readonly minTotal: number
  /** The longest page so far; a shorter one is the last. */
  readonly maxPageSize: number
  readonly added: number
  /** Of so many pages at the beginning, all who were added are queued; of those behind them some may not be. */
  readonly queuedPages: number
  /** So many entries of its pages were no openids: who was meant may be there still. */
  readonly odd?: number
  /** Set at the end, if nothing but the count says that it is the end: then who was not seen may be there still. */
  readonly endInferredFromCount?: boolean
  /** Where the store keeps its pages. */
  readonly pageKeys: readonly string[]
  readonly next?: OpenId
  /** How many were removed, once it is complete. */
  readonly removed?: number
}

/** `pausedUntil` (ms): no page is read before that, for the day's quota is used up. */
export type SyncRuns = { readonly current?: SyncRun; readonly complete?: SyncRun; readonly pausedUntil?: number }

type Lease = { readonly owner: string; readonly now: number; readonly until: number }

/** The sync runs, one process at a time; what comes with a lease that was lost meanwhile changes nothing and answers false. */
export type SyncRunStore = {
  /** Takes or prolongs the lease atomically; false while another owner's lease runs. */
  takeLease(lease: Lease): Promise<boolean>
  freeLease(owner: string): Promise<void>
  /** The sync run under way, and the last complete one. */
  state(): Promise<SyncRuns>
  /** Saves one page, then `run` as the checkpoint behind it; answers the sync run with the page's key. */
  savePage(run: SyncRun, openids: readonly OpenId[], owner: string): Promise<SyncRun | undefined>
  /** The openids of a sync run's pages. */
  openids(run: SyncRun): AsyncIterable<readonly OpenId[]>
  /** Makes this sync run the last complete one, deletes the one before, and ends any pause. */
  complete(run: SyncRun, owner: string): Promise<boolean>
  /** Drops the sync run under way: the next one begins at the first page. */
  abandon(owner: string): Promise<boolean>
  /** No page is read before `until` (ms). */
  pause(until: number, owner: string): Promise<boolean>
  /** Takes people out of every page. */
  forget(openids: ReadonlySet<OpenId>): Promise<void>
}

/** What a walk through the list of followers needs of the outside: where it stands, and its pages. */

import type { OpenId } from '../identifiers.ts'

/**
 * A walk through the follower list: how far it came. `startedAt` is WeChat's clock in seconds, `beganAt` ours in ms;
 * `followers` counts different people, `total` is the most that WeChat named on the way, `came` those who were not
 * linked yet, `next` where it goes on.
 */
export type Walk = {
  readonly id: string
  readonly startedAt: number
  readonly beganAt: number
  /** Whether everybody is looked up again, not only who came. */
  readonly isEveryone: boolean
  readonly pages: number
  readonly followers: number
  readonly total: number
  /** The least that WeChat named: where it is less than `total`, the list has changed on the way. */
  readonly leastTotal: number
  /** The longest page so far; a shorter one is the last. */
  readonly fullPage: number
  readonly came: number
  /** Of so many pages at the beginning, all who came are queued; of those behind them some may not be. */
  readonly queuedPages: number
  /** So many entries of its pages were no openids: who was meant may be there still. */
  readonly odd?: number
  /** Set at the end, if nothing but the count says that it is the end: then who was not seen may be there still. */
  readonly isByCount?: boolean
  /** Where the store keeps its pages. */
  readonly pageKeys: readonly string[]
  readonly next?: OpenId
  /** How many had left, once it is complete. */
  readonly left?: number
}

/** `pausedUntil` (ms): nothing is walked before that, for the day's quota is used up. */
export type WalkState = { readonly current?: Walk; readonly complete?: Walk; readonly pausedUntil?: number }

type Lease = { readonly owner: string; readonly now: number; readonly until: number }

/** The walks, one process at a time; what is told of a lease that was lost meanwhile changes nothing and answers false. */
export type WalkStore = {
  /** Takes or prolongs the lease atomically; false while another owner's lease runs. */
  takeLease(lease: Lease): Promise<boolean>
  freeLease(owner: string): Promise<void>
  /** The walk under way, and the last complete one. */
  state(): Promise<WalkState>
  /** Saves one page, then `walk` as the checkpoint behind it; answers the walk with the page's key. */
  savePage(walk: Walk, openids: readonly OpenId[], owner: string): Promise<Walk | undefined>
  /** The openids of a walk's pages. */
  openids(walk: Walk): AsyncIterable<readonly OpenId[]>
  /** Makes this walk the last complete one, lets the one before go, and ends any pause. */
  complete(walk: Walk, owner: string): Promise<boolean>
  /** Lets the walk under way go: the next one begins at the first page. */
  abandon(owner: string): Promise<boolean>
  /** Nothing is walked before `until` (ms). */
  pause(until: number, owner: string): Promise<boolean>
  /** Takes people out of every page. */
  forget(openids: ReadonlySet<OpenId>): Promise<void>
}

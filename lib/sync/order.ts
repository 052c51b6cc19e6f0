/** What an invocation is ordered to do, and what it reports. */

import * as v from 'valibot'

import type { SyncPlan } from './plan.ts'
import type { SyncRun, SyncRuns } from './ports.ts'

const syncOrder = v.object({
  /** `tick`: goes on with a sync run, or begins one that is due. `sync`: begins one now. The others only tell. */
  action: v.optional(v.picklist(['sync', 'tick', 'plan', 'status']), 'sync'),
  /** The name of an Official Account; the default one without. */
  app: v.optional(v.pipe(v.string(), v.maxLength(32))),
  spread: v.optional(v.boolean(), false),
  /** Looks everybody up again, as after the apps were bound to another Open Platform account. */
  everyone: v.optional(v.boolean(), false),
})

export type SyncOrder = v.InferOutput<typeof syncOrder>

/**
 * What became of an order: `under-way` and `waiting` (for tomorrow's quota) go on by themselves; `refused` says that
 * today's quota is too small, `busy` that another process syncs, `idle` that no sync run is due.
 */
export type SyncStatus = 'complete' | 'under-way' | 'waiting' | 'refused' | 'busy' | 'idle'

type Counts = Pick<SyncRun, 'pages' | 'followers' | 'total' | 'added' | 'removed' | 'odd'>

export type SyncReport = Required<Counts> & {
  readonly state: SyncStatus
  readonly complete: boolean
  /** Whether the sync run told of is not complete yet. */
  readonly isUnderWay: boolean
  /** Whether it looks everybody up again. */
  readonly isEveryone: boolean
  /** How many people whom sync runs queued are not worked into the links yet; it is over for people when none is. */
  readonly toLink: number
  /** When (ms) the sync run began, by our clock. */
  readonly beganAt?: number
  readonly plan?: SyncPlan
  /** When (ms) it goes on or may begin, if it waits for quota. */
  readonly pausedUntil?: number
}

/** Who is not linked yet is counted at the end. */
export type RunReport = Omit<SyncReport, 'toLink'>

/** Reads what an invocation asks for; a schedule's own fields are passed over. Throws on what is no order. */
export function parseSyncOrder(input: unknown): SyncOrder {
  return v.parse(syncOrder, input ?? {})
}

export function statusOf({ current, complete, pausedUntil = 0 }: SyncRuns, now: number): SyncStatus {
  if (now < pausedUntil) return 'waiting'
  if (current !== undefined) return 'under-way'
  return complete === undefined ? 'idle' : 'complete'
}

/** Tells of the sync run under way, or of the last complete one. */
export function reportOf(state: SyncStatus, { current, complete, pausedUntil }: SyncRuns): RunReport {
  const run: Partial<SyncRun> = current ?? complete ?? {}
  const { pages = 0, followers = 0, total = 0, added = 0, removed = 0, odd = 0, isEveryone = false } = run
  return {
    ...{ state, pages, followers, total, added, removed, odd, isEveryone },
    complete: state === 'complete',
    isUnderWay: current !== undefined,
    ...(run.beganAt === undefined ? {} : { beganAt: run.beganAt }),
    ...(pausedUntil === undefined ? {} : { pausedUntil }),
  }
}

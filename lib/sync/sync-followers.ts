/**
 * Walks the list of followers, one process at a time, and queues who came and who left since the last complete walk.
 *
 * A walk that stops, or is killed, goes on from its last checkpoint with the next run; the schedule sees to that.
 */

import * as v from 'valibot'

import { WeChatError } from '../errors.ts'
import type { LinkingStore } from '../followers/ports.ts'
import type { Gauges, Log, Metrics, Now } from '../ports.ts'
import { secondsToReset } from '../quota-reset.ts'
import { finishWalk } from './end.ts'
import { knowFollowers } from './known.ts'
import { CircleError, type PagesDeps, type Walker, walkPages } from './pages.ts'
import { makePlan, type PlanDeps } from './plan.ts'
import type { WalkState } from './ports.ts'
import { countedWalk, isDue, type WalkPlan } from './walk.ts'

export type SyncDeps = PagesDeps &
  PlanDeps & {
    readonly linking: Pick<LinkingStore, 'waiting'>
    readonly now: Now
    readonly sleep: (ms: number) => Promise<void>
    /** Names this process among those that want to walk. */
    readonly owner: string
    /** Whether a walk that today's quota cannot finish begins all the same, and goes on tomorrow. */
    readonly spread: boolean
    readonly log: Log
    readonly metrics: Metrics & Gauges
  }

const syncOrder = v.object({
  /** `tick`: goes on with a walk, or begins one that is due. `walk`: begins one now. The others only tell. */
  action: v.optional(v.picklist(['walk', 'tick', 'plan', 'status']), 'walk'),
  spread: v.optional(v.boolean(), false),
  /** Looks everybody up again, as after the apps were bound to another Open Platform account. */
  everyone: v.optional(v.boolean(), false),
})

export type SyncOrder = v.InferOutput<typeof syncOrder>

/**
 * What became of a run: `under-way` and `waiting` (for tomorrow's quota) go on by themselves; `refused` says that today's
 * quota does not do for it, `busy` that another process walks, `idle` that no walk is due.
 */
type SyncState = 'complete' | 'under-way' | 'waiting' | 'refused' | 'busy' | 'idle'

export type SyncReport = {
  readonly state: SyncState
  readonly pages: number
  readonly followers: number
  readonly total: number
  readonly came: number
  readonly left: number
  /** Entries of the list that were no openids. */
  readonly odd: number
  readonly complete: boolean
  /** Whether the walk told of is not complete yet. */
  readonly isUnderWay: boolean
  /** Whether it looks everybody up again. */
  readonly isEveryone: boolean
  /** How many people whom the walks queued are not worked into the links yet; a walk is over for people when none is. */
  readonly toLink: number
  /** When (ms) the walk began, by our clock. */
  readonly beganAt?: number
  readonly plan?: WalkPlan
  /** When (ms) it goes on or may begin, if it waits for quota. */
  readonly pausedUntil?: number
}

/** What a run comes to; who is not linked yet is counted at its end. */
type RunReport = Omit<SyncReport, 'toLink'>

/** Prolonged with each page, so that a process that was killed holds the others up for no longer. */
const leaseMs = 60_000
/** Whoever starts a walk by hand waits so long for another process to end. */
const patienceMs = 10_000
const pollMs = 200

/** Reads what an invocation asks for; a schedule's own fields are passed over. Throws on what is no order. */
export function parseSyncOrder(input: unknown): SyncOrder {
  return v.parse(syncOrder, input ?? {})
}

/** Carries out an order; begins no page after `until` (ms). */
export async function syncFollowers(
  order: SyncOrder,
  deps: SyncDeps,
  limits: { readonly until: number },
): Promise<SyncReport> {
  const report = await carryOut(order, deps, limits)
  return { ...report, toLink: await deps.linking.waiting() }
}

async function carryOut(order: SyncOrder, deps: SyncDeps, { until }: { readonly until: number }): Promise<RunReport> {
  const state = await deps.walks.state()
  const orderedAt = deps.now()
  if (order.action === 'status') return reportOf(stateOf(state, orderedAt), state)
  if (order.action === 'plan') return plan(order, state, deps)
  if (order.action === 'tick') tellAge(state, orderedAt, deps)
  if (order.action === 'tick' && !isWanted(state, orderedAt)) return reportOf('idle', state)
  if (!(await takeLease(order, deps))) return reportOf('busy', state)
  try {
    return await run({ ...order, orderedAt }, deps, until)
  } finally {
    await deps.walks.freeLease(deps.owner)
  }
}

async function plan(order: SyncOrder, state: WalkState, deps: SyncDeps): Promise<RunReport> {
  try {
    return { ...reportOf(stateOf(state, deps.now()), state), plan: await makePlan(state, order, deps) }
  } catch (error) {
    if (!(error instanceof WeChatError) || error.class !== 'quota') throw error
    const pausedUntil = deps.now() + secondsToReset(error.errcode, deps.now()) * 1000
    return { ...reportOf('waiting', state), pausedUntil }
  }
}

/** By when it began, for that is what the links are surely not older than. */
function tellAge({ complete }: WalkState, now: number, { metrics }: SyncDeps): void {
  if (complete !== undefined) metrics.gauge('SyncAgeHours', (now - complete.beganAt) / 3_600_000)
}

function isWanted({ current, complete, pausedUntil = 0 }: WalkState, now: number): boolean {
  return now >= pausedUntil && (current !== undefined || isDue(complete, now))
}

async function takeLease({ action }: SyncOrder, { walks, owner, now, sleep }: SyncDeps): Promise<boolean> {
  const giveUpAt = now() + (action === 'tick' ? 0 : patienceMs)
  for (;;) {
    if (await walks.takeLease({ owner, now: now(), until: now() + leaseMs })) return true
    if (now() >= giveUpAt) return false
    await sleep(pollMs)
  }
}

type Ordered = SyncOrder & { readonly orderedAt: number }

async function run(order: Ordered, deps: SyncDeps, until: number): Promise<RunReport> {
  // Read again under the lease: another process may have walked meanwhile.
  const state = await deps.walks.state()
  const done = spared(order, state, deps.now())
  if (done !== undefined) return reportOf(done, state)
  // Whoever orders a walk wants it tried, whatever was the matter before.
  if (order.action === 'walk' && state.pausedUntil !== undefined) await deps.walks.pause(0, deps.owner)
  const beganAt = deps.now()
  const walker: Walker = {
    beganAt,
    deps,
    state,
    until,
    spread: order.spread || deps.spread,
    isEveryone: state.current?.isEveryone ?? order.everyone,
    keepLease: () => deps.walks.takeLease({ owner: deps.owner, now: deps.now(), until: deps.now() + leaseMs }),
    ...(await knowFollowers(state, deps)),
  }
  await openCount(walker)
  try {
    return await walkAndFinish(walker, deps)
  } catch (error) {
    return explain(error, walker, deps)
  }
}

/**
 * A first walk that is due counts as under way before it begins, and while it waits for quota: nobody is known yet. Where
 * nothing ever walks, nothing ever is.
 */
async function openCount({ state: { current, complete }, beganAt, deps }: Walker): Promise<void> {
  if (current !== undefined) await deps.linking.open(countedWalk(current, complete), current.pages)
  else if (complete === undefined) await deps.linking.open({ beganAt, isWhole: true }, 0)
}

/** The next walk begins at the first page; a first one is due still. */
async function letGo({ state: { complete }, beganAt, deps }: Walker): Promise<void> {
  await deps.walks.abandon(deps.owner)
  if (complete === undefined) await deps.linking.open({ beganAt, isWhole: true }, 0)
  else await deps.linking.abandon()
}

/** Why nothing is to be walked: no walk is wanted, or another process has made the one that was ordered. */
function spared({ action, orderedAt }: Ordered, state: WalkState, now: number): SyncState | undefined {
  if (action === 'tick') return isWanted(state, now) ? undefined : 'idle'
  return (state.complete?.beganAt ?? 0) > orderedAt ? 'complete' : undefined
}

async function walkAndFinish(walker: Walker, deps: SyncDeps): Promise<RunReport> {
  const { state } = walker
  // A walk that was killed right before its end has only the end left to do.
  const isWalked = state.current !== undefined && state.current.next === undefined
  const walk = isWalked ? state.current : await walkPages(walker)
  if ('refused' in walk) return refuse(walk.refused, state, deps)
  const left = walk.next === undefined ? await finishWalk(walk, walker) : 0
  const isComplete = walk.next === undefined
  const report = reportOf(
    isComplete ? 'complete' : 'under-way',
    isComplete ? { complete: { ...walk, left } } : { current: walk },
  )
  deps.log.info('sync-followers.walked', report)
  if (report.complete) deps.metrics.count('SyncCompleted')
  return report
}

/** Today's quota does not do: says so, and asks no more until it is filled again. */
async function refuse(plan: WalkPlan, state: WalkState, deps: SyncDeps): Promise<RunReport> {
  const pausedUntil = await pause(deps)
  const words = 'today’s quota does not do for a walk: raise it, or let the walk spread over days'
  deps.log.error('sync-followers.refused', { words, plan })
  deps.metrics.count('SyncRefused')
  return { ...reportOf('refused', state), plan, pausedUntil }
}

/** What WeChat says no to on the way: out of quota waits for the next day; a cursor that is no good begins anew. */
async function explain(error: unknown, walker: Walker, deps: SyncDeps): Promise<RunReport> {
  if (error instanceof CircleError) await letGo(walker)
  if (!(error instanceof WeChatError)) throw error
  const now = await deps.walks.state()
  const { current } = now
  if (error.class === 'quota') {
    const pausedUntil = await pause(deps, error.errcode)
    deps.log.warn('sync-followers.waiting', { errcode: error.errcode, pages: current?.pages ?? 0 })
    return { ...reportOf('waiting', now), pausedUntil }
  }
  if (error.errcode !== 40003 || current?.next === undefined) throw error
  await letGo(walker)
  deps.log.warn('sync-followers.restarted', { words: 'WeChat no longer takes the cursor', rid: error.rid })
  return reportOf('under-way', {})
}

const dayQuota = 45009

async function pause({ walks, owner, now }: SyncDeps, errcode = dayQuota): Promise<number> {
  const until = now() + secondsToReset(errcode, now()) * 1000
  await walks.pause(until, owner)
  return until
}

function stateOf({ current, complete, pausedUntil = 0 }: WalkState, now: number): SyncState {
  if (now < pausedUntil) return 'waiting'
  if (current !== undefined) return 'under-way'
  return complete === undefined ? 'idle' : 'complete'
}

/** Tells of the walk under way, or of the last complete one. */
function reportOf(state: SyncState, { current, complete, pausedUntil }: WalkState): RunReport {
  const {
    pages = 0,
    followers = 0,
    total = 0,
    came = 0,
    left = 0,
    odd = 0,
    isEveryone = false,
    beganAt,
  } = current ?? complete ?? {}
  return {
    ...{ state, pages, followers, total, came, left, odd, isEveryone },
    complete: state === 'complete',
    isUnderWay: current !== undefined,
    ...(beganAt === undefined ? {} : { beganAt }),
    ...(pausedUntil === undefined ? {} : { pausedUntil }),
  }
}

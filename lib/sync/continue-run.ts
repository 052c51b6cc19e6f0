/** Goes on with the sync run under way, or begins one, for as long as an invocation may run and holds the lease. */

import { WeChatError } from '../errors.ts'
import { secondsToRetry } from '../quota-reset.ts'
import type { SyncContext, SyncDeps } from './context.ts'
import { finishRun } from './end.ts'
import { knowFollowers } from './known-followers.ts'
import { CircleError } from './list.ts'
import { type RunReport, reportOf, type SyncOrder, type SyncStatus } from './order.ts'
import { type Opening, openList } from './page-reader.ts'
import { readPages } from './pages.ts'
import type { SyncPlan } from './plan.ts'
import type { SyncRun, SyncRuns } from './ports.ts'
import { countedRun, isWanted } from './sync-run.ts'

/** The schedule goes on within a minute. */
const justNowMs = 180_000

type Ordered = SyncOrder & { readonly orderedAt: number }

/** Reads pages, and ends the sync run behind the last; begins none after `until` (ms). */
export async function continueRun(order: Ordered, deps: SyncDeps, until: number): Promise<RunReport> {
  // Read again under the lease: another process may have gone on meanwhile.
  const runs = await deps.syncRuns.state()
  const skipped = skipReason(order, runs, deps.now())
  if (skipped !== undefined) return reportOf(skipped, runs)
  // Whoever orders a sync run wants it tried, whatever was the matter before.
  if (order.action === 'sync' && runs.pausedUntil !== undefined) await deps.syncRuns.pause(0, deps.owner)
  const isEveryone = runs.current?.isEveryone ?? order.everyone
  const options = { beganAt: deps.now(), until, spread: order.spread || deps.spread, isEveryone }
  // A sync run that was killed right before its end has only the end left to do.
  const isRead = runs.current !== undefined && runs.current.next === undefined
  const ahead = isRead ? runs.current : openList(runs, options, deps)
  try {
    return await goOn(ahead, { ...options, ...(await knowFollowers(runs, deps)), deps, runs })
  } finally {
    if ('run' in ahead) ahead.pages.stop()
  }
}

async function goOn(ahead: Opening | SyncRun, context: SyncContext): Promise<RunReport> {
  await openCount(context)
  try {
    return await readAndFinish(ahead, context)
  } catch (error) {
    return explain(error, context)
  }
}

/** Why no page is to be read: no sync run is wanted, or another process has made the one that was ordered. */
function skipReason({ action, orderedAt }: Ordered, runs: SyncRuns, now: number): SyncStatus | undefined {
  if (action === 'tick') return isWanted(runs, now) ? undefined : 'idle'
  return (runs.complete?.beganAt ?? 0) > orderedAt ? 'complete' : undefined
}

/**
 * A first sync run that is due counts as under way before it begins, and while it waits for quota: nobody is known yet.
 * Where nothing ever syncs, nothing ever is.
 */
async function openCount({ runs: { current, complete }, beganAt, deps }: SyncContext): Promise<void> {
  if (current !== undefined) await deps.linking.open(countedRun(current, complete), current.pages)
  else if (complete === undefined) await deps.linking.open({ beganAt, isWhole: true }, 0)
}

async function readAndFinish(ahead: Opening | SyncRun, context: SyncContext): Promise<RunReport> {
  const { deps } = context
  const run = 'run' in ahead ? await readPages(ahead, context) : ahead
  if ('refused' in run) return refuse(run.refused, context)
  const isComplete = run.next === undefined
  const report = isComplete
    ? reportOf('complete', { complete: { ...run, removed: await finishRun(run, context) } })
    : reportOf('under-way', { current: run })
  deps.log.info('sync-followers.ended', report)
  if (isComplete) deps.metrics.count('SyncCompleted')
  return report
}

/** Today's quota is too small: says so, and asks no more until it is filled again. */
async function refuse(plan: SyncPlan, { runs, deps }: SyncContext): Promise<RunReport> {
  const pausedUntil = await pause(deps)
  const words = 'today’s quota is too small for a sync run: raise it, or let the sync run spread over days'
  deps.log.error('sync-followers.refused', { words, plan })
  deps.metrics.count('SyncRefused')
  return { ...reportOf('refused', runs), plan, pausedUntil }
}

/** What WeChat says no to meanwhile: out of quota waits for the next day; a cursor that is no good starts again. */
async function explain(error: unknown, context: SyncContext): Promise<RunReport> {
  if (error instanceof CircleError) await abandon(context)
  if (!(error instanceof WeChatError)) throw error
  const { deps } = context
  const runs = await deps.syncRuns.state()
  const { current } = runs
  if (error.class === 'quota') {
    const pausedUntil = await pause(deps, error.errcode, triesOf(context))
    deps.log.warn('sync-followers.waiting', { errcode: error.errcode, pages: current?.pages ?? 0 })
    return { ...reportOf('waiting', runs), pausedUntil }
  }
  if (error.errcode !== 40003 || current?.next === undefined) throw error
  await abandon(context)
  deps.log.warn('sync-followers.restarted', { words: 'WeChat no longer takes the cursor', rid: error.rid })
  return reportOf('under-way', {})
}

/** The next sync run begins at the first page; a first one is due still. */
async function abandon({ runs: { complete }, beganAt, deps }: SyncContext): Promise<void> {
  await deps.syncRuns.abandon(deps.owner)
  if (complete === undefined) await deps.linking.open({ beganAt, isWhole: true }, 0)
  else await deps.linking.abandon()
}

/** How often WeChat has refused: a sync run that has only just gone on was refused before. */
function triesOf({ runs: { pausedUntil = 0 }, beganAt }: SyncContext): number {
  return beganAt - pausedUntil < justNowMs ? 3 : 2
}

/** 45009: the day's quota, unless it is tried before the day is over, for it may be a minute's. */
async function pause({ syncRuns, owner, now }: SyncDeps, errcode = 45009, tries = 3): Promise<number> {
  const until = now() + secondsToRetry(errcode, now(), tries) * 1000
  await syncRuns.pause(until, owner)
  return until
}

/**
 * Reads WeChat's list of followers, one process at a time, and queues who was added or removed since the last complete
 * sync run.
 *
 * A sync run that stops, or is killed, goes on from its last checkpoint with the next invocation; the schedule sees to that.
 */

import { WeChatError } from '../errors.ts'
import { secondsToReset } from '../quota-reset.ts'
import { type SyncDeps, takeLease } from './context.ts'
import { continueRun } from './continue-run.ts'
import { type RunReport, reportOf, type SyncOrder, type SyncReport, statusOf } from './order.ts'
import { planAhead } from './plan.ts'
import type { SyncRuns } from './ports.ts'
import { isWanted } from './sync-run.ts'

/** Whoever starts a sync run by hand waits so long for another process to end. */
const patienceMs = 10_000
const pollMs = 200

type Limits = { readonly until: number }

/** Carries out an order; begins no page after `until` (ms). */
export async function syncFollowers(order: SyncOrder, deps: SyncDeps, limits: Limits): Promise<SyncReport> {
  const report = await carryOut(order, deps, limits)
  return { ...report, toLink: await deps.linking.waiting() }
}

async function carryOut(order: SyncOrder, deps: SyncDeps, { until }: Limits): Promise<RunReport> {
  const runs = await deps.syncRuns.state()
  const orderedAt = deps.now()
  if (order.action === 'status') return reportOf(statusOf(runs, orderedAt), runs)
  if (order.action === 'plan') return plan(order, runs, deps)
  if (order.action === 'tick') gaugeAge(runs, orderedAt, deps)
  if (order.action === 'tick' && !isWanted(runs, orderedAt)) return reportOf('idle', runs)
  if (!(await waitForLease(order, deps))) return reportOf('busy', runs)
  try {
    return await continueRun({ ...order, orderedAt }, deps, until)
  } finally {
    await deps.syncRuns.freeLease(deps.owner)
  }
}

async function plan(order: SyncOrder, runs: SyncRuns, deps: SyncDeps): Promise<RunReport> {
  try {
    return { ...reportOf(statusOf(runs, deps.now()), runs), plan: await planAhead(runs, order, deps) }
  } catch (error) {
    if (!(error instanceof WeChatError) || error.class !== 'quota') throw error
    const pausedUntil = deps.now() + secondsToReset(error.errcode, deps.now()) * 1000
    return { ...reportOf('waiting', runs), pausedUntil }
  }
}

/** By when it began, for that is what the links are surely not older than. */
function gaugeAge({ complete }: SyncRuns, now: number, { metrics }: SyncDeps): void {
  if (complete !== undefined) metrics.gauge('SyncAgeHours', (now - complete.beganAt) / 3_600_000)
}

async function waitForLease({ action }: SyncOrder, deps: SyncDeps): Promise<boolean> {
  const giveUpAt = deps.now() + (action === 'tick' ? 0 : patienceMs)
  for (;;) {
    if (await takeLease(deps)) return true
    if (deps.now() >= giveUpAt) return false
    await deps.sleep(pollMs)
  }
}

/** The end of a sync run: whoever was there before and was not seen is removed. */

import { queueStep, splitFull } from '../followers/follower-batches.ts'
import type { Compared } from '../followers/stages.ts'
import { compareMissing } from './compare.ts'
import { keepLease, lostLease, type SyncContext } from './context.ts'
import { linkedBefore } from './known-followers.ts'
import { stepAt } from './pages.ts'
import type { SyncRun } from './ports.ts'
import { countedRun } from './sync-run.ts'

/** Longer than a function runs that notes something: whatever is older was written then. */
const settleMs = 120_000

/** Queues who was removed, and makes the sync run the last complete one; answers how many. Only a complete one tells. */
export async function finishRun(run: SyncRun, context: SyncContext): Promise<number> {
  const { deps, runs } = context
  // What was noted after the sync run began may be of people whose page was read too early to name them.
  const entries = context.entries.filter(it => it.notedAt < run.beganAt)
  const removed = await queueRemoved(run, entries, context)
  await deps.linking.close(countedRun(run, runs.complete))
  if (!(await deps.syncRuns.complete({ ...run, removed }, deps.owner))) throw lostLease()
  // What was noted about then may have been read too late by the invocation that began it, and counts for the next one too.
  const settled = entries.filter(it => it.notedAt < run.beganAt - settleMs)
  await deps.journal.drop(settled.map(it => it.key))
  return removed
}

async function queueRemoved(run: SyncRun, entries: SyncContext['entries'], context: SyncContext): Promise<number> {
  const { deps, runs, roll } = context
  // The pages tell who it is, and are read again only for that: whoever was erased meanwhile is no longer in them.
  if (roll.missing === 0) return 0
  if (run.followers < run.minTotal) {
    const { followers, minTotal: total } = run
    deps.log.warn('sync-followers.short', {
      words: 'the list named fewer than its total; WeChat is asked',
      followers,
      total,
    })
  }
  const hasRequest = await deps.erasures.all()
  let step = run.pages
  // As of the start: who returned while the sync run went on has a newer event, which this does not undo.
  const queue = (followers: readonly Compared[]) => {
    step += 1
    return queueStep(followers, { at: run.startedAt, isAgain: false, step: stepAt(step, run, context) }, deps)
  }
  let waiting: readonly Compared[] = []
  let removed = 0
  for await (const openids of linkedBefore(runs, entries, deps)) {
    const missing = compareMissing(openids, hasRequest, context, run)
    await queue(missing.filter(it => it.isErased))
    const { full, rest } = splitFull([...waiting, ...missing.filter(it => !it.isErased)])
    await queue(full)
    waiting = rest
    removed += missing.length
    await keepLease(context)
  }
  await queue(waiting)
  return removed
}

/** Watches a sync run until it is complete, or until there is nothing more to watch. */

import type { Plan, Report, SyncFunction } from '../../local/stage/sync-report.ts'
import type { Session } from '../command/session.ts'
import type { Progress } from './progress.ts'
import { type Ending, endingOf, look, type Watch } from './watch.ts'

type FollowDeps = Pick<Session, 'now' | 'sleep'> & {
  readonly sync: SyncFunction
  readonly show: (progress: Progress) => void
}

const pollMs = 1000
/** When a run ends, the schedule goes on with the sync run; this comes sooner, and does nothing while somebody syncs. */
const nudgeAfterMs = 15_000

/** Watches the sync run that was ordered after `before` was reported. */
export async function follow({ before, plan }: { before: Report; plan: Plan }, deps: FollowDeps): Promise<Ending> {
  const { sync, now, sleep, show } = deps
  let watch: Watch = { before, startedAt: now(), movedAt: now() }
  let nudgedAt = now()
  for (;;) {
    await sleep(pollMs)
    const report = await sync.ask({ action: 'status' })
    watch = look(watch, report, now())
    const ending = endingOf(watch, report, now())
    if (ending !== undefined) return ending
    const { seen, movedAt } = watch
    show({ seen, plan, standsMs: now() - movedAt, now: now() })
    const isRead = seen?.linking !== undefined
    if (seen !== undefined && !isRead && now() - Math.max(movedAt, nudgedAt) >= nudgeAfterMs) {
      nudgedAt = now()
      await sync.begin({ action: 'tick' })
    }
  }
}

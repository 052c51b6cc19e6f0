/** Writes a `waiting` delivery for each deferred event, when it starts to wait and when the cause changes. */

import { inParallel } from '../pool.ts'
import type { Delivery } from './delivery.ts'
import type { StageDeps } from './deps.ts'
import type { WaitCause } from './waiting.ts'

/** An event that is deferred; `since` is when (ms) it was pushed. */
export type Wait = {
  readonly cause: WaitCause
  readonly since: number
  /** It comes back for a slot of its own: as it should, however long ago it was pushed. */
  readonly hasSlot: boolean
  /** What is to be written of it, and of which copy, if that is not told yet. */
  readonly news?: { readonly delivery: Delivery; readonly copy: string }
}

type Deps = Pick<StageDeps, 'deliveries' | 'metrics' | 'now' | 'log'>

const writesAtOnce = 25

/** Writes of what one batch defers what is news, tells ops by numbers, and answers the deliveries that were written. */
export async function writeWaits(waits: readonly Wait[], deps: Deps): Promise<readonly Delivery[]> {
  tellAges(waits, deps)
  const written = await writeAll(waits, deps)
  for (const [cause, alike] of Map.groupBy(written, it => it.cause)) {
    deps.metrics.count('EventsWaiting', { cause }, alike.length)
  }
  return written.flatMap(it => it.news?.delivery ?? [])
}

/** Each by itself, for DynamoDB knows no condition in a batch; what cannot be written is news still at the next try. */
async function writeAll(waits: readonly Wait[], { deliveries, log }: Deps): Promise<readonly Wait[]> {
  const written: Wait[] = []
  await inParallel(waits, writesAtOnce, async wait => {
    const { news, since } = wait
    if (news === undefined) return
    try {
      const waiter = { copy: news.copy, pushedAt: new Date(since).toISOString() }
      if (await deliveries.recordWaiting(news.delivery, waiter)) written.push(wait)
    } catch (error) {
      log.error('send.not-noted', { error, id: news.delivery.id, state: 'waiting' })
    }
  })
  return written
}

/** At each try, and not only when it is news: an alarm goes by what is so now. */
function tellAges(waits: readonly Wait[], { metrics, now }: Deps): void {
  const operator = waits.filter(it => it.cause === 'operator').length
  if (operator > 0) metrics.count('OperatorNeeded', {}, operator)
  // One person who is told too much, or not known yet, is no trouble of everybody's.
  const late = waits.flatMap(it => (it.hasSlot || it.cause === 'person' ? [] : it.since))
  if (late.length > 0) metrics.gauge('EventWaitSeconds', Math.max(0, Math.round((now() - Math.min(...late)) / 1000)))
}

/** Sends the template message of each business event to the right follower, once. */

import { inRecord } from '../log-scope.ts'
import { inLanes } from '../pool.ts'
import type { Log } from '../ports.ts'
import { type AftermathDeps, createAftermath } from './aftermath.ts'
import { createBatchAttempt } from './batch-attempt.ts'
import { createBatchLog } from './batch-log.ts'
import { idOf } from './event-id.ts'
import { createOutcomeTally } from './outcome-tally.ts'
import { reasonOfOurs } from './own-failure.ts'
import { type Ends, type PlanDeps, planSends, type Work } from './plan-sends.ts'
import { putOffFor } from './put-offs.ts'
import { type Arrival, putOffBlindly } from './send-outcome.ts'
import type { WaitReason } from './waiting.ts'

export type SendDeps = PlanDeps &
  AftermathDeps & {
    /** The templates whose latest message was not accepted, in the memory of one container. */
    readonly trouble: Set<string>
  }

/** Keep-alive sockets to WeChat in use at once by one function. */
const width = 50
const overdueMs = 3 * 86_400_000

const noTables: WaitReason = { cause: 'ourselves', why: 'no tables' }

/** What else becomes of a message says nothing of its template. */
const isTrouble: ReadonlySet<string> = new Set(['rejected', 'unanswered', 'put-off'])

/** Sends a batch; starts no send after `until` (ms). Answers the arrivals that must come again by the queue. */
export async function sendBatch<A extends Arrival>(
  arrivals: readonly A[],
  given: SendDeps,
  limits: { readonly until: number },
): Promise<readonly A[]> {
  const counts: Record<string, number> = {}
  const log = createBatchLog(given.log)
  const deps = { ...given, log }
  const { trouble } = deps
  const ends = openEnds<A>(deps)
  const batch = await planOrPutOff(arrivals, ends, deps)
  await inLanes(batch, { width, trouble }, async ({ arrival, lane, run, putOff }) => {
    const step = deps.now() < limits.until ? run : putOff
    const outcome = await inRecord(arrival, () => guarded(step, { arrival, ends, log }))
    counts[outcome] = (counts[outcome] ?? 0) + 1
    if (outcome === 'accepted') trouble.delete(lane)
    else if (isTrouble.has(outcome)) trouble.add(lane)
  })
  ends.tally.flush()
  const failed = await ends.after.finish()
  if (arrivals.some(it => deps.now() - it.since > overdueMs)) deps.metrics.count('EventOverdue')
  log.flush()
  log.info('send.batch', { arrivals: arrivals.length, ...counts, failed: failed.size })
  return [...failed]
}

function openEnds<A extends Arrival>(deps: SendDeps): Ends<A> {
  const attempt = createBatchAttempt(deps)
  return { attempt, after: createAftermath<A>(deps, attempt), tally: createOutcomeTally(deps.metrics) }
}

/** While the tables do not answer nothing is sent. */
async function planOrPutOff<A extends Arrival>(
  arrivals: readonly A[],
  ends: Ends<A>,
  deps: SendDeps,
): Promise<readonly Work<A>[]> {
  try {
    return await planSends(arrivals, ends, deps)
  } catch (error) {
    deps.log.error('send.not-prepared', { error, ids: arrivals.flatMap(it => idOf(it.body) ?? []) })
    const outcome = putOffFor(reasonOfOurs(error) ?? noTables)
    return arrivals.map(arrival => {
      const putOff = () => putOffBlindly(outcome, arrival, { after: ends.after, deps })
      return { arrival, lane: '', run: putOff, putOff }
    })
  }
}

type Guarded<A> = { readonly arrival: A; readonly ends: Ends<A>; readonly log: Log }

/** A failure of one event (a store, a bug) must not take its neighbours along: it comes again, and it is told. */
async function guarded<A extends Arrival>(
  run: () => Promise<string>,
  { arrival, ends, log }: Guarded<A>,
): Promise<string> {
  try {
    return await run()
  } catch (error) {
    log.error('send.failed', { id: idOf(arrival.body), error })
    ends.after.comesAgain(arrival)
    return 'late'
  }
}

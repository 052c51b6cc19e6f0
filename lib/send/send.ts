/**
 * Sends each business event's message to its recipient, once. A batch passes five stages: parse, load, decide, deliver,
 * record; stages.ts defines the record that each stage extends.
 */

import { inRecord } from '../log-scope.ts'
import { inLanes } from '../pool.ts'
import { createBatchAttempt } from './batch-attempt.ts'
import { createBatchLog } from './batch-log.ts'
import { createCopyOrder } from './copies.ts'
import { decide } from './decide.ts'
import { deliver } from './deliver.ts'
import type { SendDeps } from './deps.ts'
import { idOf } from './event-id.ts'
import { load, nothingKnown } from './load.ts'
import { deferFor, isToSend } from './outcome.ts'
import { createOutcomeTally } from './outcome-tally.ts'
import { reasonOfOurs } from './own-failure.ts'
import { parse, unread } from './parse.ts'
import { createRecipients, unlinkedAmong } from './recipients.ts'
import { record } from './record.ts'
import { createGate } from './send-gate.ts'
import type { Decided, Loaded, Received } from './stages.ts'
import type { WaitReason } from './waiting.ts'
import { type BatchDeps, createWriteBuffer } from './write-buffer.ts'

/** Keep-alive sockets to WeChat in use at once by one function. */
const width = 50
const overdueMs = 3 * 86_400_000

const noTables: WaitReason = { cause: 'ourselves', why: 'no tables' }
/** What was not even begun comes back in a moment. */
const notBegun = deferFor({ cause: 'ourselves', why: 'not begun' })

/** What else becomes of a message says nothing of its template. */
const countsAsFailing: ReadonlySet<string> = new Set(['rejected', 'unanswered', 'put-off'])

/** Sends a batch; starts no send after `until` (ms). Answers the messages that the queue must give out again. */
export async function sendBatch<R extends Received>(
  received: readonly R[],
  given: SendDeps,
  limits: { readonly until: number },
): Promise<readonly R[]> {
  const counts: Record<string, number> = {}
  const deps = openBatch(given)
  const events = await decideOrDefer(received, deps)
  const recipients = createRecipients(unlinkedAmong(events), deps)
  const tally = createOutcomeTally(deps.metrics)
  const inOrder = createCopyOrder()
  const work = async (event: Decided) => {
    const outcome = await deliver(event, recipients, deps)
    if (event.message !== undefined) tally.note(event.message.templateId, outcome)
    return record(event, outcome, deps)
  }
  await inLanes(events, { width, trouble: deps.trouble }, async event => {
    const isLate = event.message !== undefined && deps.now() >= limits.until
    const run = () => (isLate ? record(event, notBegun, deps) : inOrder(event, () => work(event)))
    const name = await inRecord(event, () => retryOnError(event, run, deps))
    counts[name] = (counts[name] ?? 0) + 1
    trackFailing(event.lane, name, deps.trouble)
  })
  tally.flush()
  const retried = await deps.buffer.flush()
  if (received.some(it => deps.now() - it.since > overdueMs)) deps.metrics.count('EventOverdue')
  deps.log.flush()
  deps.log.info('send.batch', { arrivals: received.length, ...counts, failed: retried.size })
  return [...new Set(received.filter(it => retried.has(it.messageId)))]
}

/** What one batch has to itself: its log, its attempt, its write buffer. */
function openBatch(given: SendDeps) {
  const log = createBatchLog(given.log)
  const attempt = createBatchAttempt({ ...given, log })
  const buffer = createWriteBuffer({ ...given, log, attempt })
  return { ...given, log, attempt, buffer }
}

/** The stages before any send. While the tables do not answer nothing is sent. */
async function decideOrDefer(received: readonly Received[], deps: BatchDeps): Promise<readonly Decided[]> {
  try {
    const parsed = received.map(it => parse(it, deps))
    return decideAll(await load(parsed, deps), deps)
  } catch (error) {
    deps.log.error('send.not-prepared', { error, ids: received.flatMap(it => idOf(it.body) ?? []) })
    const deferral = deferFor(reasonOfOurs(error) ?? noTables)
    const known = { ...nothingKnown(createGate({}, 0, deps)), deferral }
    return decideAll(
      received.map(it => ({ ...unread(it), ...known })),
      deps,
    )
  }
}

function decideAll(events: readonly Loaded[], { attempt, now }: BatchDeps): readonly Decided[] {
  const decided = events.map(it => ({ ...it, decision: decide(it, now(), it.gate.state()) }))
  attempt.cover(decided.flatMap(it => (isToSend(it.decision) ? it.decision.message.id : [])))
  return decided
}

/** A failure of one event (a store, a bug) must not take its neighbours along: it is retried, and it is told. */
async function retryOnError(event: Decided, run: () => Promise<string>, { log, buffer }: BatchDeps): Promise<string> {
  try {
    return await run()
  } catch (error) {
    log.error('send.failed', { id: idOf(event.body), error })
    buffer.retry(event)
    return 'late'
  }
}

function trackFailing(lane: string, name: string, trouble: Set<string>): void {
  if (name === 'accepted') trouble.delete(lane)
  else if (countsAsFailing.has(name)) trouble.add(lane)
}

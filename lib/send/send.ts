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
import { type Account, depsOf, type StageDeps } from './deps.ts'
import { idOf, templateOf } from './event-id.ts'
import { load, nothingKnown } from './load.ts'
import { deferFor, isToSend } from './outcome.ts'
import { createOutcomeTally } from './outcome-tally.ts'
import { overdueMs } from './overdue.ts'
import { reasonOfOurs } from './own-failure.ts'
import { parse, unread } from './parse.ts'
import { createRecipients, unlinkedAmong } from './recipients.ts'
import { record } from './record.ts'
import { createGate } from './send-gate.ts'
import type { Decided, Loaded, Received } from './stages.ts'
import type { WaitReason } from './waiting.ts'
import { type BatchDeps, type BatchStage, createWriteBuffer } from './write-buffer.ts'

/** Keep-alive sockets to WeChat in use at once by one function. */
const width = 50

const noTables: WaitReason = { cause: 'ourselves', why: 'no tables' }
/** What was not even begun comes back in a moment. */
const notBegun = deferFor({ cause: 'ourselves', why: 'not begun' })

/** What else becomes of a message says nothing of its template. */
const countsAsFailing: ReadonlySet<string> = new Set(['rejected', 'unanswered', 'put-off'])

/** Sends a batch; starts no send after `until` (ms). Answers the messages that the queue must give out again. */
export async function sendBatch<R extends Received>(
  received: readonly R[],
  given: StageDeps,
  limits: Limits,
): Promise<readonly R[]> {
  const batch = openBatch(given)
  const { stage, counts } = batch
  const events = await decideOrDefer(received, stage)
  const byAccount = Map.groupBy(events, it => it.account)
  await Promise.all([...byAccount].map(([account, own]) => sendBy(account, own, { batch, limits })))
  const retried = await stage.buffer.flush()
  if (received.some(it => stage.now() - it.since > overdueMs)) stage.metrics.count('EventOverdue')
  stage.log.flush()
  stage.log.info('send.batch', { arrivals: received.length, ...counts, failed: retried.size })
  return [...new Set(received.filter(it => retried.has(it.messageId)))]
}

type Limits = { readonly until: number }
type Batch = ReturnType<typeof openBatch>

/** What one batch has to itself: its log, its attempt, its write buffer, the order of copies, and how it went. */
function openBatch(given: StageDeps) {
  const log = createBatchLog(given.log)
  const attempt = createBatchAttempt({ ...given, log })
  const buffer = createWriteBuffer({ ...given, log, attempt })
  const counts: Record<string, number> = {}
  return { stage: { ...given, log, attempt, buffer }, inOrder: createCopyOrder(), counts }
}

/** Sends the events of one Official Account, whose trouble holds up no other's. */
async function sendBy(
  account: Account,
  events: readonly Decided[],
  { batch, limits }: { batch: Batch; limits: Limits },
) {
  const { stage, inOrder, counts } = batch
  const deps = depsOf(stage, account)
  const recipients = createRecipients(unlinkedAmong(events), deps)
  const tally = createOutcomeTally(account.metrics, stage.isCountedByTemplate ?? false)
  const work = async (event: Decided) => {
    const outcome = await deliver(event, recipients, deps)
    if (event.message !== undefined) tally.note(event.message.templateId, outcome)
    return record(event, outcome, deps)
  }
  await inLanes(events, { width, trouble: account.trouble }, async event => {
    logReceived(event, deps)
    const isLate = event.message !== undefined && deps.now() >= limits.until
    const run = () => (isLate ? record(event, notBegun, deps) : inOrder(event, () => work(event)))
    const name = await inRecord(event, () => retryOnError(event, run, deps))
    counts[name] = (counts[name] ?? 0) + 1
    trackFailing(event.lane, name, account.trouble)
  })
  tally.flush()
  stage.buffer.endAccount(account.app.appid)
}

function logReceived({ body, attempts, since }: Decided, { log }: BatchDeps): void {
  if (log.isQuiet) return
  const pushedAt = new Date(since).toISOString()
  log.debug('send.received', { id: idOf(body), attempts, pushedAt, template: templateOf(body) })
}

/** The stages before any send. While the tables do not answer nothing is sent. */
async function decideOrDefer(received: readonly Received[], stage: BatchStage): Promise<readonly Decided[]> {
  try {
    const parsed = received.map(it => parse(it, stage))
    return decideAll(await load(parsed, stage), stage)
  } catch (error) {
    stage.log.error('send.not-prepared', { error, ids: received.flatMap(it => idOf(it.body) ?? []) })
    const deferral = deferFor(reasonOfOurs(error) ?? noTables)
    const unknown = received.map(it => unread(it, stage))
    return decideAll(
      unknown.map(it => ({ ...it, ...nothingKnown(createGate({}, 0, depsOf(stage, it.account))), deferral })),
      stage,
    )
  }
}

function decideAll(events: readonly Loaded[], { attempt, now }: BatchStage): readonly Decided[] {
  const decided = events.map(it => ({ ...it, decision: decide(it, now(), it.gate.state()) }))
  attempt.cover(decided.flatMap(it => (isToSend(it.decision) ? it.decision.message : [])))
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

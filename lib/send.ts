/** Sends the template message of each business event to the right follower, once. */

import { type Aftermath, type AftermathDeps, createAftermath } from './aftermath.ts'
import type { MinuteCount, Wait } from './batch-pace.ts'
import { isSent } from './delivery.ts'
import { RequestError } from './errors.ts'
import { type Person, reachOf } from './link.ts'
import { createOutcomeTally, type OutcomeTally } from './outcome-tally.ts'
import { inLanes } from './pool.ts'
import type { DeliveryStore, EventAgain, GateStore, LinkStore, Log, Metrics, ParkedKind } from './ports.ts'
import { openGate, type SendGate } from './send-gate.ts'
import { type MessageDeps, minuteFull, type SendOutcome, sendMessage } from './send-message.ts'
import { type Arrival, knownOf, reject, type SettleDeps, settle, windowMs } from './send-outcome.ts'
import type { TemplateList } from './template-list.ts'
import { parseTemplateMessage, type TemplateMessage } from './template-message.ts'

export type SendDeps = MessageDeps &
  SettleDeps &
  AftermathDeps & {
    readonly links: Pick<LinkStore, 'resolve'>
    readonly deliveries: Pick<DeliveryStore, 'read'>
    readonly gate: GateStore
    /** In the memory of one container. */
    readonly minute: MinuteCount
    readonly templates: TemplateList
    readonly metrics: Metrics
    /** The templates whose latest message was not accepted, in the memory of one container. */
    readonly trouble: Set<string>
  }

type BatchDeps = SendDeps & { readonly tally: OutcomeTally }

/** Keep-alive sockets to WeChat in use at once by one function. */
const width = 50
const overdueMs = 3 * 86_400_000

/** What else becomes of a message says nothing of its template. */
const isTrouble: ReadonlySet<string> = new Set(['rejected', 'unanswered', 'put-off'])

/** Sends a batch; starts no send after `until` (ms). Answers the arrivals that must come again by the queue. */
export async function sendBatch<A extends Arrival>(
  arrivals: readonly A[],
  deps: SendDeps,
  limits: { readonly until: number },
): Promise<readonly A[]> {
  const counts: Record<string, number> = {}
  const after = createAftermath<A>(deps)
  const tally = createOutcomeTally(deps.metrics)
  const batch = await preparedOrPutOff(arrivals, after, { ...deps, tally })
  const { trouble } = deps
  await inLanes(batch, { width, trouble }, async ({ arrival, lane, run, putOff }) => {
    const outcome = await guarded(deps.now() < limits.until ? run : putOff, { arrival, after, log: deps.log })
    counts[outcome] = (counts[outcome] ?? 0) + 1
    if (outcome === 'accepted') trouble.delete(lane)
    else if (isTrouble.has(outcome)) trouble.add(lane)
  })
  tally.flush()
  const failed = await after.finish()
  if (arrivals.some(it => deps.now() - it.since > overdueMs)) deps.metrics.count('EventOverdue')
  deps.log.info('send.batch', { arrivals: arrivals.length, ...counts, failed: failed.size })
  return [...failed]
}

type Run = () => Promise<string>
/** One piece of work; `lane` is its template. */
type Work<A> = { readonly arrival: A; readonly lane: string; readonly run: Run; readonly putOff: Run }

/** While the tables do not answer nothing is sent, so nothing may come to look as if a try had got no answer. */
async function preparedOrPutOff<A extends Arrival>(
  arrivals: readonly A[],
  after: Aftermath<A>,
  deps: BatchDeps,
): Promise<Work<A>[]> {
  try {
    return await prepare(arrivals, after, deps)
  } catch (error) {
    deps.log.error('send.not-prepared', { error })
    return arrivals.map(arrival => {
      const known = { copies: [arrival], event: knownOf([arrival]), id: undefined, parkedKind: 'usual' } as const
      const putOff = () => settle(notBegun, { arrival, ...known, after, deps })
      return { arrival, lane: '', run: putOff, putOff }
    })
  }
}

/** What was not even begun comes again in a moment. */
const notBegun: SendOutcome = { kind: 'refused', leastSeconds: 0, why: 'not begun' }

/** Checks all events, reads the gate and all done marks and links at once, and answers what to do for each arrival. */
async function prepare<A extends Arrival>(
  arrivals: readonly A[],
  after: Aftermath<A>,
  deps: BatchDeps,
): Promise<Work<A>[]> {
  const parsed = arrivals.map(arrival => ({ arrival, message: parse(arrival.body, deps.templates) }))
  const good = parsed.flatMap(({ arrival, message }) => (message instanceof RequestError ? [] : [{ arrival, message }]))
  const [gate, marks, people] = await Promise.all([
    openGate(deps, good.length),
    deps.deliveries.read([...new Set(good.map(it => it.message.id))]),
    deps.links.resolve(good.map(it => it.message.to)),
  ])
  const runs = new Map<string, Promise<string>>()
  const copiesOf = Map.groupBy(good, it => it.message.id)
  const works = good.map(({ arrival, message }, index): Work<A> => {
    const mark = marks.get(message.id)
    const copies = [arrival, ...others(copiesOf.get(message.id) ?? [], arrival)] as const
    const event = knownOf(copies, mark)
    const parkedKind: ParkedKind = message.urgent ? 'urgent' : 'usual'
    const settled = { arrival, copies, event, id: message.id, parkedKind, after, deps }
    const context = { event, message, person: people[index] }
    const run = async () => settle(await noted(deliver(context, gate, deps), message, deps.tally), settled)
    return {
      arrival,
      lane: message.templateId,
      run: () => once(runs, message.id, isSent(mark) ? async () => 'repeated' : run),
      putOff: () => settle(notBegun, settled),
    }
  })
  return [...works, ...rejections(parsed, after, deps)]
}

function others<A>(copies: readonly { readonly arrival: A }[], own: A): A[] {
  return copies.flatMap(({ arrival }) => (arrival === own ? [] : arrival))
}

function rejections<A extends Arrival>(
  parsed: readonly { readonly arrival: A; readonly message: TemplateMessage | RequestError }[],
  after: Aftermath<A>,
  deps: SendDeps,
): Work<A>[] {
  return parsed.flatMap(({ arrival, message }) => {
    if (!(message instanceof RequestError)) return []
    const run = () => reject(message, { arrival, after, deps })
    // It costs no call, so no deadline keeps it back.
    return { arrival, lane: '', run, putOff: run }
  })
}

function parse(body: string, templates: TemplateList): TemplateMessage | RequestError {
  try {
    return parseTemplateMessage(body, templates)
  } catch (error) {
    if (error instanceof RequestError) return error
    throw error
  }
}

/** The same event twice in one batch is one piece of work: if it must come again, its first message does. */
async function once(runs: Map<string, Promise<string>>, id: string, run: Run): Promise<string> {
  const first = runs.get(id)
  if (first !== undefined) return first.then(() => 'repeated')
  const mine = run()
  runs.set(id, mine)
  return mine
}

type Guarded<A> = { readonly arrival: A; readonly after: Aftermath<A>; readonly log: Log }

/** A failure of one event (a store, a bug) must not take its neighbours along: it comes again, and it is told. */
async function guarded<A>(run: Run, { arrival, after, log }: Guarded<A>): Promise<string> {
  try {
    return await run()
  } catch (error) {
    log.error('send.failed', { error })
    after.comesAgain(arrival)
    return 'late'
  }
}

type Context = {
  readonly event: EventAgain
  readonly message: TemplateMessage
  readonly person: Person | undefined
}

async function deliver(context: Context, gate: SendGate, deps: SendDeps): Promise<SendOutcome> {
  const { event, message, person } = context
  const outcome = barred(context, deps.now()) ?? gate.bar(message)
  if (outcome !== undefined) return outcome
  if (person?.openid === undefined) return dropped('unknown')
  const wait = await gate.pace.wait(event)
  if (wait !== undefined) return full(wait)
  const sent = await sendMessage(message, person.openid, deps)
  if (sent.kind === 'parked') await gate.close(sent.facts.errcode)
  if (sent.kind === 'ended' && sent.state === 'accepted') gate.accepted()
  return sent.kind === 'refused' && sent.why === minuteFull ? slowed(sent, gate) : sent
}

/** WeChat takes no more in this minute: it gets a slot in another. */
async function slowed(refused: SendOutcome, { pace }: SendGate): Promise<SendOutcome> {
  await pace.refused()
  const wait = await pace.wait({})
  return wait === undefined ? refused : full(wait)
}

function full(wait: Wait): SendOutcome {
  return { kind: 'refused', leastSeconds: 0, why: minuteFull, wait }
}

async function noted(
  delivered: Promise<SendOutcome>,
  message: TemplateMessage,
  tally: OutcomeTally,
): Promise<SendOutcome> {
  const outcome = await delivered
  tally.note(message.templateId, outcome)
  return outcome
}

/** What must not be sent at all. */
function barred({ event, message, person }: Context, now: number): SendOutcome | undefined {
  if (message.expiresAt !== undefined && message.expiresAt <= now) return dropped('expired')
  const isOld = event.doubtSince !== undefined && now - event.doubtSince > windowMs
  if (isOld && message.doubt === 'never-twice') {
    return { kind: 'ended', state: 'in-doubt', facts: { reason: 'a try of over ten minutes ago got no answer' } }
  }
  const reach = person === undefined ? 'unknown' : reachOf(message.to, person)
  return reach === 'reachable' ? undefined : dropped(reach)
}

function dropped(reason: string): SendOutcome {
  return { kind: 'ended', state: 'dropped', facts: { reason } }
}

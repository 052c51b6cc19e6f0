/** Sends the template message of each business event to the right follower, once. */

import { type Delivery, isSent } from './delivery.ts'
import { RequestError } from './errors.ts'
import { type Person, reachOf } from './link.ts'
import { inParallel } from './pool.ts'
import type { DeliveryStore, EventQueue, LinkStore, Log, Now } from './ports.ts'
import { secondsToReset } from './quota-reset.ts'
import { type DeliveryFacts, type MessageDeps, maxDelaySeconds, type SendOutcome, sendMessage } from './send-message.ts'
import { idOf, parseTemplateMessage, type TemplateList, type TemplateMessage } from './template-message.ts'

/** One message of the events queue; `attempts` counts this receive; instants in ms. */
export type Arrival = {
  readonly body: string
  readonly receiptHandle: string
  readonly attempts: number
  /** When the queue first gave out this very message: since then a try may have sent it. */
  readonly firstReceivedAt: number
}

export type SendDeps = MessageDeps & {
  readonly links: Pick<LinkStore, 'resolve'>
  readonly deliveries: Pick<DeliveryStore, 'read' | 'record'>
  readonly events: EventQueue
  readonly templates: TemplateList
  readonly now: Now
  readonly log: Log
}

/** Keep-alive sockets to WeChat in use at once by one function. */
const width = 20
/** WeChat forgets a client_msg_id after ten minutes; half a minute is left for the call itself. */
const windowMs = 570_000
const putOffSeconds = 30

/** Sends a batch; starts no send after `until` (ms). Answers the arrivals that must come again by the queue. */
export async function sendBatch<A extends Arrival>(
  arrivals: readonly A[],
  deps: SendDeps,
  limits: { readonly until: number },
): Promise<readonly A[]> {
  const counts: Record<string, number> = {}
  const failed: A[] = []
  const work = await preparedOrPutOff(arrivals, deps)
  await inParallel([...work], width, async ([arrival, run]) => {
    const outcome = await guarded(deps.now() < limits.until ? run : () => putOff(arrival, deps), deps.log)
    counts[outcome] = (counts[outcome] ?? 0) + 1
    if (outcome === 'late') failed.push(arrival)
  })
  deps.log.info('send.batch', { arrivals: arrivals.length, ...counts })
  return failed
}

type Run = () => Promise<string>

/** While the tables do not answer nothing is sent, so nothing may come to look as if a try had got no answer. */
async function preparedOrPutOff<A extends Arrival>(arrivals: readonly A[], deps: SendDeps): Promise<Map<A, Run>> {
  try {
    return await preparedWork(arrivals, deps)
  } catch (error) {
    deps.log.error('send.not-prepared', { error })
    return new Map(arrivals.map(arrival => [arrival, () => putOff(arrival, deps)]))
  }
}

/** Surely not sent: comes again as a new message, whose ten minutes begin anew. */
async function putOff(arrival: Arrival, { events }: SendDeps): Promise<string> {
  await events.pushAgain(arrival.body, putOffSeconds, arrival.attempts)
  return 'put-off'
}

/** Checks all events, reads all done marks and links at once, and answers what to do for each arrival. */
async function preparedWork<A extends Arrival>(arrivals: readonly A[], deps: SendDeps): Promise<Map<A, Run>> {
  const work = new Map<A, Run>()
  const messages = new Map<A, TemplateMessage>()
  for (const arrival of arrivals) {
    const parsed = parse(arrival.body, deps.templates)
    if (parsed instanceof RequestError) work.set(arrival, () => reject(arrival, parsed, deps))
    else messages.set(arrival, parsed)
  }
  const list = [...messages.values()]
  const [marks, people] = await Promise.all([
    deps.deliveries.read([...new Set(list.map(it => it.id))]),
    deps.links.resolve(list.map(it => it.to)),
  ])
  const runs = new Map<string, Promise<string>>()
  for (const [index, [arrival, message]] of [...messages].entries()) {
    const context = { arrival, message, person: people[index], mark: marks.get(message.id) }
    work.set(arrival, () => once(runs, message.id, () => deliver(context, deps)))
  }
  return work
}

function parse(body: string, templates: TemplateList): TemplateMessage | RequestError {
  try {
    return parseTemplateMessage(body, templates)
  } catch (error) {
    if (error instanceof RequestError) return error
    throw error
  }
}

/** The same event twice in one batch is one piece of work. */
async function once(runs: Map<string, Promise<string>>, id: string, run: Run): Promise<string> {
  const first = runs.get(id)
  if (first !== undefined) return (await first) === 'late' ? 'late' : 'repeated'
  const mine = run()
  runs.set(id, mine)
  return mine
}

/** A failure of one event (a store, a bug) must not take its neighbours along: it comes again, and it is told. */
async function guarded(run: Run, log: Log): Promise<string> {
  try {
    return await run()
  } catch (error) {
    log.error('send.failed', { error })
    return 'late'
  }
}

type Context = {
  readonly arrival: Arrival
  readonly message: TemplateMessage
  readonly person: Person | undefined
  readonly mark: Delivery | undefined
}

async function deliver(context: Context, deps: SendDeps): Promise<string> {
  if (isSent(context.mark)) return 'repeated'
  const now = deps.now()
  const outcome =
    barred(context, now) ?? stillParked(context.mark, now) ?? (await sendMessage(context.message, context.person, deps))
  return settle(outcome, context, deps)
}

/** What must not be sent at all. */
function barred({ arrival, message, person, mark }: Context, now: number): SendOutcome | undefined {
  if (message.expiresAt !== undefined && message.expiresAt <= now) return dropped('expired')
  if (now - arrival.firstReceivedAt > windowMs && mark?.state !== 'parked') {
    return { kind: 'ended', state: 'in-doubt', facts: { reason: 'a try of over ten minutes ago got no answer' } }
  }
  const reach = person === undefined ? 'unknown' : reachOf(message.to, person)
  return reach === 'reachable' ? undefined : dropped(reach)
}

/** Until the quota is filled again a parked event is not even asked for. */
function stillParked(mark: Delivery | undefined, now: number): SendOutcome | undefined {
  if (mark?.state !== 'parked' || mark.errcode === undefined) return undefined
  const parkedAt = Date.parse(mark.at)
  const seconds = Math.ceil(parkedAt / 1000 + secondsToReset(mark.errcode, parkedAt) - now / 1000)
  return seconds > 0 ? { kind: 'refused', delaySeconds: Math.min(seconds, maxDelaySeconds) } : undefined
}

function dropped(reason: string): SendOutcome {
  return { kind: 'ended', state: 'dropped', facts: { reason } }
}

async function settle(outcome: SendOutcome, context: Context, deps: SendDeps): Promise<string> {
  const { arrival, message } = context
  switch (outcome.kind) {
    case 'unanswered':
      await deps.events.comeAgain(arrival.receiptHandle, outcome.delaySeconds)
      return 'late'
    case 'refused':
      await deps.events.pushAgain(arrival.body, outcome.delaySeconds, arrival.attempts)
      return 'refused'
    case 'parked':
      await record(message.id, 'parked', outcome.facts, { arrival, deps })
      await deps.events.pushAgain(arrival.body, outcome.delaySeconds, arrival.attempts)
      return 'parked'
    case 'ended':
      return end(outcome.state, message.id, outcome.facts, { arrival, deps })
  }
}

type Ending = { readonly arrival: Arrival; readonly deps: SendDeps }

/** Writes the done mark; what people must look at is put aside before, so that a crash between cannot lose it. */
async function end(state: Delivery['state'], id: string, facts: DeliveryFacts, ending: Ending): Promise<string> {
  const { arrival, deps } = ending
  if (state === 'rejected' || state === 'in-doubt') {
    await deps.events.setAside(arrival.body, `${state}: ${facts.reason}`)
    deps.log.warn(`send.${state}`, { id, ...facts })
  }
  await record(id, state, facts, ending)
  return state
}

async function record(id: string, state: Delivery['state'], facts: DeliveryFacts, { arrival, deps }: Ending) {
  const at = new Date(deps.now()).toISOString()
  await deps.deliveries.record({ id, state, ...facts, attempts: arrival.attempts, at })
}

/** An event that failed its check; without a readable id only the queue of what was put aside tells of it. */
async function reject(arrival: Arrival, { message }: RequestError, deps: SendDeps): Promise<string> {
  const id = idOf(arrival.body)
  if (id !== undefined) return end('rejected', id, { reason: message }, { arrival, deps })
  await deps.events.setAside(arrival.body, `rejected: ${message}`)
  deps.log.warn('send.rejected', { reason: message })
  return 'rejected'
}

/** Plans a batch: checks all events, reads all that the tables know of them at once, and says what to do for each. */

import type { Aftermath } from './aftermath.ts'
import type { BatchAttempt } from './batch-attempt.ts'
import { type DeliverDeps, deliver, type Planned } from './deliver.ts'
import { type DoneMark, isSent } from './delivery.ts'
import { RequestError } from './errors.ts'
import type { OpenId } from './identifiers.ts'
import type { Person } from './link.ts'
import type { OutcomeTally } from './outcome-tally.ts'
import type { AttemptStore, DeliveryStore, LinkStore, Metrics } from './ports.ts'
import { createRecipients, isUnseen } from './recipients.ts'
import { openGate } from './send-gate.ts'
import type { SendOutcome } from './send-message.ts'
import { type Arrival, type InWork, type SettleDeps, settle } from './send-outcome.ts'
import type { TemplateList } from './template-list.ts'
import { idOf, parseTemplateMessage, type TemplateMessage } from './template-message.ts'
import { type Uncertainty, uncertaintyOf } from './uncertainty.ts'

export type PlanDeps = DeliverDeps &
  SettleDeps & {
    readonly links: Pick<LinkStore, 'resolve'>
    readonly deliveries: Pick<DeliveryStore, 'read' | 'accept'>
    readonly attempts: AttemptStore
    readonly templates: TemplateList
    readonly metrics: Metrics
  }

/** What hears of the ends of a batch's events. */
export type Ends<A> = {
  readonly after: Aftermath<A>
  readonly attempt: BatchAttempt
  readonly tally: OutcomeTally
}

type Run = () => Promise<string>
/** One piece of work; `lane` is its template. */
export type Work<A> = { readonly arrival: A; readonly lane: string; readonly run: Run; readonly putOff: Run }

type Good<A> = { readonly arrival: A; readonly message: TemplateMessage }

/** By message: when (ms) invocations that had it began to send. */
type Interrupted = ReadonlyMap<string, readonly number[]>

/** What was not even begun comes again in a moment. */
const notBegun: SendOutcome = { kind: 'refused', leastSeconds: 0, why: 'not begun' }
/** Somebody must mend a row first. */
const unreadable: SendOutcome = { kind: 'refused', leastSeconds: 150, why: 'its delivery cannot be read' }

/** Plans what to do for each arrival; throws if the tables do not answer. */
export async function planSends<A extends Arrival>(
  arrivals: readonly A[],
  ends: Ends<A>,
  deps: PlanDeps,
): Promise<readonly Work<A>[]> {
  const { good, bad } = parseAll(arrivals, deps.templates)
  const { gate, people, ...known } = await readTables(good, arrivals, deps)
  tellInterrupted(good, known, deps)
  const recipients = createRecipients(unlinkedAmong(good, people), deps)
  const context = { gate, recipients, begin: ends.attempt.begin }
  const copiesOf = Map.groupBy(good, it => it.message.id)
  const once = createOnce()
  const works = good.map((event, index): Work<A> => {
    const { id, templateId } = event.message
    const mark = known.marks.get(id)
    const copies = (copiesOf.get(id) ?? []).map(it => it.arrival)
    const work = inWork(event, copies, { mark, interrupted: known.interrupted, ends, deps })
    const planned = plannedOf(event, people[index], work.uncertainty)
    const send = async () => {
      const outcome = mark?.isUnreadable ? unreadable : await deliver(planned, context, deps)
      ends.tally.note(templateId, outcome)
      return settle(outcome, work)
    }
    const run = isSent(mark?.delivery) ? async () => 'repeated' : send
    return { arrival: event.arrival, lane: templateId, run: () => once(id, run), putOff: () => settle(notBegun, work) }
  })
  return [...works, ...bad.map(it => rejection(it, ends, deps))]
}

/** Parts the events that can be sent from those that failed their check. */
function parseAll<A extends Arrival>(arrivals: readonly A[], templates: TemplateList) {
  const parsed = arrivals.map(arrival => ({ arrival, message: parse(arrival.body, templates) }))
  const good = parsed.flatMap(({ arrival, message }) => (message instanceof RequestError ? [] : [{ arrival, message }]))
  const bad = parsed.flatMap(({ arrival, message }) => (message instanceof RequestError ? { arrival, message } : []))
  return { good, bad }
}

/** Reads all that the tables know, at once; `people` are in the order of the good ones. */
async function readTables(good: readonly Good<Arrival>[], arrivals: readonly Arrival[], deps: PlanDeps) {
  const [gate, marks, people, interrupted] = await Promise.all([
    openGate(deps, good.length),
    deps.deliveries.read([...new Set(good.map(it => it.message.id))]),
    deps.links.resolve(good.map(it => it.message.to)),
    interruptedSends(arrivals, deps),
  ])
  return { gate, marks, people, interrupted }
}

/** The openids of whom the links have not heard. */
function unlinkedAmong(good: readonly Good<Arrival>[], people: readonly (Person | undefined)[]): OpenId[] {
  return good.flatMap(({ message: { to } }, index) => {
    const person = people[index]
    return 'openid' in to && person !== undefined && isUnseen(person) ? to.openid : []
  })
}

function plannedOf(
  { arrival, message }: Good<Arrival>,
  person: Person | undefined,
  uncertainty: Uncertainty | undefined,
): Planned {
  const { since, slotAt } = arrival
  return { message, person, uncertainty, since, ...(slotAt === undefined ? {} : { slotAt }) }
}

/** Of messages that were given out before: when (ms) invocations that had them began to send, and came to no end. */
async function interruptedSends(arrivals: readonly Arrival[], { attempts }: PlanDeps): Promise<Interrupted> {
  const again = arrivals.flatMap(({ messageId, firstReceivedAt: at }) => (at === undefined ? [] : { messageId, at }))
  if (again.length === 0) return new Map()
  const ids = again.map(it => it.messageId)
  return attempts.attemptsOf(ids, Math.min(...again.map(it => it.at)))
}

/** An attempt of which the delivery knows is one that had no answer, and no news. */
function tellInterrupted(
  good: readonly Good<Arrival>[],
  { marks, interrupted }: { marks: ReadonlyMap<string, DoneMark>; interrupted: Interrupted },
  { log, metrics }: PlanDeps,
): void {
  const isNews = ({ arrival, message: { id } }: Good<Arrival>) =>
    interrupted.has(arrival.messageId) && !isSent(marks.get(id)?.delivery) && marks.get(id)?.uncertainty === undefined
  const events = good.filter(isNews).length
  if (events === 0) return
  log.warn('send.interrupted', { events })
  metrics.count('SendInterrupted', {}, events)
}

type Known = { readonly mark: DoneMark | undefined; readonly interrupted: Interrupted }

function inWork<A extends Arrival>(
  { arrival, message }: Good<A>,
  copies: readonly A[],
  { mark, interrupted, ends, deps }: Known & { ends: Ends<A>; deps: PlanDeps },
): InWork<A> {
  const recorded = mark?.uncertainty
  const possible = copies.flatMap(({ messageId, uncertainSince }) => [
    ...(interrupted.get(messageId) ?? []).map(at => ({ at, why: 'the function ended while it was being sent' })),
    ...(uncertainSince === undefined ? [] : [{ at: uncertainSince, why: 'it was received too often' }]),
  ])
  const uncertainty = uncertaintyOf(recorded, possible)
  const kind = message.urgent ? 'urgent' : 'usual'
  return { arrival, copies, id: message.id, kind, uncertainty, recorded, ...ends, deps }
}

/** An event that failed its check; it costs no call, so no deadline keeps it back. */
function rejection<A extends Arrival>(
  { arrival, message: error }: { readonly arrival: A; readonly message: RequestError },
  ends: Ends<A>,
  deps: PlanDeps,
): Work<A> {
  const outcome: SendOutcome = { kind: 'ended', state: 'rejected', facts: { reason: error.message } }
  const known = { kind: 'usual', uncertainty: undefined, recorded: undefined } as const
  const run = () => settle(outcome, { arrival, copies: [arrival], id: idOf(arrival.body), ...known, ...ends, deps })
  return { arrival, lane: '', run, putOff: run }
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
function createOnce() {
  const runs = new Map<string, Promise<string>>()
  return async (id: string, run: Run): Promise<string> => {
    const first = runs.get(id)
    if (first !== undefined) return first.then(() => 'repeated')
    const mine = run()
    runs.set(id, mine)
    return mine
  }
}

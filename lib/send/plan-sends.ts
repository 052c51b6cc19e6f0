/** Plans a batch: checks all events, reads all that the tables know of them at once, and says what to do for each. */

import { RequestError } from '../errors.ts'
import type { Person } from '../followers/link.ts'
import type { LinkStore } from '../followers/ports.ts'
import type { Aftermath } from './aftermath.ts'
import { attemptName } from './attempt-name.ts'
import type { BatchAttempt } from './batch-attempt.ts'
import { type DeliverDeps, deliver, type Planned } from './deliver.ts'
import { type DoneMark, isSent } from './delivery.ts'
import { idOf } from './event-id.ts'
import { type InterruptedDeps, isSame, type Knowledge, learnOfAttempts } from './interrupted-sends.ts'
import type { OutcomeTally } from './outcome-tally.ts'
import type { Attempt, DeliveryStore } from './ports.ts'
import { putOffFor, unreadable } from './put-offs.ts'
import { createRecipients, mayFollow, type Unlinked } from './recipients.ts'
import { openGate } from './send-gate.ts'
import type { SendOutcome } from './send-message.ts'
import { type Arrival, type InWork, nothingKnown, type SettleDeps, settle } from './send-outcome.ts'
import type { TemplateList } from './template-list.ts'
import { parseTemplateMessage, type TemplateMessage, type ValueCheck } from './template-message.ts'

export type PlanDeps = DeliverDeps &
  SettleDeps &
  InterruptedDeps & {
    readonly links: Pick<LinkStore, 'resolve'>
    readonly deliveries: Pick<DeliveryStore, 'read' | 'accept'>
    readonly templates: TemplateList
    readonly values?: ValueCheck
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
type Bad<A> = { readonly arrival: A; readonly message: RequestError }

/** What was not even begun comes again in a moment. */
const notBegun = putOffFor({ cause: 'ourselves', why: 'not begun' })

/** Plans what to do for each arrival; throws if the tables do not answer. */
export async function planSends<A extends Arrival>(
  arrivals: readonly A[],
  ends: Ends<A>,
  deps: PlanDeps,
): Promise<readonly Work<A>[]> {
  const { good, bad } = parseAll(arrivals, deps)
  const { gate, people, marks, attempts } = await readTables(good, bad, deps)
  const ids = [...new Set(good.map(it => it.message.id))]
  ends.attempt.cover(ids.filter(it => !isSent(marks.get(it)?.delivery)))
  const known = await learnOfAttempts(ids, marks, attempts, deps)
  const context = { gate, recipients: createRecipients(unlinkedAmong(good, people), deps) }
  const once = createOnce()
  const works = good.map((event, index): Work<A> => {
    const { id, templateId } = event.message
    const mark = marks.get(id)
    const work = inWork(event, known.get(id), mark, { ends, deps })
    const planned = plannedOf(event, people[index], work)
    const begin = () => ends.attempt.begin(id)
    const send = async () => {
      const outcome = mark?.isUnreadable
        ? unreadable('its delivery')
        : await deliver(planned, { ...context, begin }, deps)
      ends.tally.note(templateId, outcome)
      return settle(outcome, work)
    }
    const isDecided = isSent(mark?.delivery) || known.get(id)?.isDecided
    const run = isDecided ? async () => repeated(event.arrival, mark, ends) : send
    return {
      arrival: event.arrival,
      lane: templateId,
      run: () => once(id, event.arrival.body, run),
      putOff: () => settle(notBegun, work),
    }
  })
  tellUnreadable(marks, deps)
  const isOfGood = (id: string) => ids.includes(id) || isPerhapsSent(marks.get(id)) || isNamed(id, attempts)
  return [...works, ...bad.map(it => rejection(it, isOfGood, { ends, deps }))]
}

/** Whoever had the message before may have ended between the mark and the bus, so the bus is told once more. */
function repeated<A extends Arrival>({ receives }: A, mark: DoneMark | undefined, { after }: Ends<A>): string {
  if (receives > 1 && mark?.delivery !== undefined && isSent(mark.delivery)) after.end(mark.delivery)
  return 'repeated'
}

type Rules = Pick<PlanDeps, 'templates' | 'values'>

/** Parts the events that can be sent from those that failed their check. */
function parseAll<A extends Arrival>(arrivals: readonly A[], rules: Rules) {
  const parsed = arrivals.map(arrival => ({ arrival, message: parse(arrival.body, rules) }))
  const good = parsed.flatMap(({ arrival, message }) => (message instanceof RequestError ? [] : [{ arrival, message }]))
  const bad = parsed.flatMap(({ arrival, message }) => (message instanceof RequestError ? { arrival, message } : []))
  return { good, bad }
}

/** Reads all that the tables know, at once; `people` are in the order of the good ones. */
async function readTables(good: readonly Good<Arrival>[], bad: readonly Bad<Arrival>[], deps: PlanDeps) {
  const badIds = bad.flatMap(it => idOf(it.arrival.body) ?? [])
  const [gate, marks, people, attempts] = await Promise.all([
    openGate(deps, good.length),
    deps.deliveries.read([...new Set([...good.map(it => it.message.id), ...badIds])]),
    deps.links.resolve(good.map(it => it.message.to)),
    deps.attempts.open(),
  ])
  return { gate, marks, people, attempts }
}

/** Nothing is sent for such an event, and nothing told of it, until somebody has mended its row. */
function tellUnreadable(marks: ReadonlyMap<string, DoneMark>, { log }: PlanDeps): void {
  const ids = [...marks].flatMap(([id, mark]) => (mark.isUnreadable ? id : []))
  if (ids.length > 0) log.error('send.deliveries-unreadable', { ids })
}

/** Tells whether an event may be on a phone: a bad copy of it must not talk over that. Another one that waits the store keeps. */
function isPerhapsSent(mark: DoneMark | undefined): boolean {
  if (mark === undefined) return false
  return mark.isUnreadable || mark.uncertainty !== undefined || isSent(mark.delivery)
}

function isNamed(id: string, attempts: readonly Attempt[]): boolean {
  const name = attemptName(id)
  return attempts.some(it => it.names.includes(name))
}

/** The events to openids of which the links do not say that they follow. */
function unlinkedAmong(good: readonly Good<Arrival>[], people: readonly (Person | undefined)[]): Unlinked[] {
  return good.flatMap(({ message: { id, to } }, index) => {
    const person = people[index]
    return 'openid' in to && person !== undefined && mayFollow(to, person) ? { id, openid: to.openid } : []
  })
}

function plannedOf(
  { arrival, message }: Good<Arrival>,
  person: Person | undefined,
  { uncertainty, isUnderWay }: Pick<InWork<Arrival>, 'uncertainty' | 'isUnderWay'>,
): Planned {
  const { since, slotAt } = arrival
  return { message, person, uncertainty, isUnderWay, since, ...(slotAt === undefined ? {} : { slotAt }) }
}

function inWork<A extends Arrival>(
  { arrival, message }: Good<A>,
  known: Knowledge | undefined,
  mark: DoneMark | undefined,
  { ends, deps }: { ends: Ends<A>; deps: PlanDeps },
): InWork<A> {
  const kind = message.urgent ? 'urgent' : 'usual'
  const uncertainty = known?.uncertainty
  const isUnderWay = known?.isUnderWay ?? false
  // What was learnt just now was written over what was told.
  const told = isSame(uncertainty, mark?.uncertainty) ? mark?.delivery : undefined
  const isDamaged = mark?.isUnreadable ?? false
  return {
    arrival,
    id: message.id,
    kind,
    uncertainty,
    recorded: uncertainty,
    told,
    isDamaged,
    isUnderWay,
    ...ends,
    deps,
  }
}

/**
 * An event that failed its check; it costs no call, so no deadline keeps it back. Beside a good copy that waits, or is on a
 * phone, it is no end of the event: then only the queue of what was put aside tells of it.
 */
function rejection<A extends Arrival>(
  { arrival, message: error }: Bad<A>,
  isOfGood: (id: string) => boolean,
  { ends, deps }: { ends: Ends<A>; deps: PlanDeps },
): Work<A> {
  const outcome: SendOutcome = { kind: 'ended', state: 'rejected', facts: { reason: error.message } }
  const own = idOf(arrival.body)
  const id = own === undefined || isOfGood(own) ? undefined : own
  const run = () => settle(outcome, { arrival, id, ...nothingKnown, ...ends, deps })
  return { arrival, lane: '', run, putOff: run }
}

function parse(body: string, { templates, values }: Rules): TemplateMessage | RequestError {
  try {
    return parseTemplateMessage(body, templates, values)
  } catch (error) {
    if (error instanceof RequestError) return error
    throw error
  }
}

/** After these the id is taken, or may be: the event is on a phone, or nobody knows whether it is. */
const takenEnds: ReadonlySet<string> = new Set(['accepted', 'in-doubt', 'unanswered', 'repeated'])

/**
 * The same event twice in one batch is one piece of work: if it must come again, its first message does. A copy with another
 * body waits for what becomes of the one before it, and is judged for itself if that was not sent: what is put off may be
 * dropped yet.
 */
function createOnce() {
  const runs = new Map<string, { readonly bodies: Set<string>; end: Promise<string> }>()
  return async (id: string, body: string, run: Run): Promise<string> => {
    const before = runs.get(id)
    if (before === undefined) {
      const end = run()
      runs.set(id, { bodies: new Set([body]), end })
      return end
    }
    const previous = before.end
    if (before.bodies.has(body)) return previous.then(() => 'repeated')
    before.bodies.add(body)
    const end = previous.then(it => (takenEnds.has(it) ? it : run()))
    before.end = end
    return takenEnds.has(await previous) ? 'repeated' : end
  }
}

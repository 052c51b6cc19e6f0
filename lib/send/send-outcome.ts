/** What follows from a send: the done mark, another try, the wait for quota, or the queue of what people must look at. */

import type { Log, Now } from '../ports.ts'
import { retryDelay } from '../retry-delay.ts'
import type { Aftermath } from './aftermath.ts'
import type { BatchAttempt } from './batch-attempt.ts'
import { copyName } from './copy-name.ts'
import type { Delivery } from './delivery.ts'
import { idOf } from './event-id.ts'
import { isSame } from './interrupted-sends.ts'
import type { DeliveryStore, EventAgain, EventQueue, ParkedKind } from './ports.ts'
import type { PutOff } from './put-offs.ts'
import type { DeliveryFacts, SendOutcome } from './send-message.ts'
import { secondsLeft, type Uncertainty, uncertaintyOf } from './uncertainty.ts'
import { factsOf, isTold, type WaitReason, wechatAway } from './waiting.ts'

/** One message of the events queue; `attempts` counts this receive. */
export type Arrival = EventAgain & {
  readonly receiptHandle: string
  readonly messageId: string
  /** How often this message was given out. */
  readonly receives: number
}

export type SettleDeps = {
  readonly deliveries: Pick<DeliveryStore, 'record' | 'recordUncertainty'>
  readonly events: Pick<EventQueue, 'comeAgain' | 'setAside'>
  readonly now: Now
  readonly random: () => number
  readonly log: Log
}

/** A message does not come to the second. */
const spareSeconds = 15
/** So near to a window's end there is time for a few tries, and none for many. */
const leastSeconds = 5
const minuteSeconds = 60
const underWay = {
  kind: 'refused',
  leastSeconds: minuteSeconds,
  cause: 'ourselves',
  why: 'another invocation may be sending it',
} as const
/** A queue keeps a message for 14 days: what still cannot be sent a day before is laid aside for people. */
const longestMs = 13 * 86_400_000

/** An event in work: what is known of it, and what hears of its end. */
export type InWork<A> = {
  readonly arrival: A
  readonly id: string | undefined
  /** Where it waits for quota. */
  readonly kind: ParkedKind
  /** Whether earlier calls may have sent it, and how much of that its delivery knows. */
  readonly uncertainty: Uncertainty | undefined
  readonly recorded: Uncertainty | undefined
  /** What its delivery says, and so need not be told again. */
  readonly told: Delivery | undefined
  /** Its row is damaged: people must mend it, and nothing is written over it. */
  readonly isDamaged?: boolean
  /** Whether another invocation may be sending it just now. */
  readonly isUnderWay: boolean
  readonly attempt: Pick<BatchAttempt, 'resolve'>
  readonly after: Aftermath<A>
  readonly deps: SettleDeps
}

/** Of an event that the tables were not asked for. */
export const nothingKnown = {
  kind: 'usual',
  uncertainty: undefined,
  recorded: undefined,
  told: undefined,
  isUnderWay: false,
} as const

/** Acts on an outcome and names it. */
export async function settle<A extends Arrival>(outcome: SendOutcome, before: InWork<A>): Promise<string> {
  const { possibleSend } = outcome
  const { id, attempt } = before
  const isAccepted = outcome.kind === 'ended' && outcome.state === 'accepted'
  // Whatever fails from here on, this try did not send it.
  if (id !== undefined && possibleSend === undefined && !isAccepted) attempt.resolve(id)
  const uncertainty = uncertaintyOf(before.uncertainty, possibleSend === undefined ? [] : [possibleSend])
  const name = await act(outcome, { ...before, uncertainty })
  // What was accepted is known only once its mark is written.
  if (id !== undefined && !isAccepted) attempt.resolve(id)
  return name
}

async function act<A extends Arrival>(outcome: SendOutcome, work: InWork<A>): Promise<string> {
  if (outcome.kind === 'ended') return end(outcome.state, outcome.facts, work)
  // It must not be forgotten on the way back into a queue.
  const remembered = await remember(work)
  if (remembered === 'decided') return 'repeated'
  // What may have been sent was written over what was told.
  const now = remembered === 'written' ? { ...work, told: undefined } : work
  if (outcome.kind === 'unanswered') return comeAgain(now)
  return outcome.kind === 'parked' ? park(outcome.facts, now) : putOff(outcome, now)
}

/** Puts an event off of which the tables could not be asked: what may have been sent is known by its id, whenever it comes. */
export function putOffBlindly<A extends Arrival>(
  outcome: PutOff,
  arrival: A,
  { after, deps }: Pick<InWork<A>, 'after' | 'deps'>,
): Promise<string> {
  const work = { arrival, id: undefined, ...nothingKnown, attempt: { resolve: () => undefined }, after, deps }
  return putOff(outcome, work)
}

/** Writes an uncertainty down; throws if that fails. `decided` says that by now another copy came to an end. */
async function remember<A>({ id, uncertainty, recorded, deps }: InWork<A>): Promise<'known' | 'written' | 'decided'> {
  if (id === undefined || uncertainty === undefined || isSame(uncertainty, recorded)) return 'known'
  return (await deps.deliveries.recordUncertainty(id, uncertainty)) ? 'written' : 'decided'
}

/** Seconds until the next try: within the window in which WeChat drops a second message, if there may be a first. */
function delayOf<A extends Arrival>({ arrival, uncertainty, deps }: InWork<A>): number {
  const delay = retryDelay(arrival.attempts, deps.random)
  if (uncertainty === undefined) return delay
  const left = secondsLeft(uncertainty, deps.now())
  // Past it nothing is to be caught any more: what is sent at-least-once comes again ever later, as all else.
  return left <= 0 ? delay : Math.max(leastSeconds, Math.min(delay, left - spareSeconds))
}

/** Where SQS fails, the queue's own time does, which is within the window too. */
async function comeAgain<A extends Arrival>(work: InWork<A>): Promise<string> {
  const { arrival, id, after, deps } = work
  const seconds = delayOf(work)
  after.comesAgain(arrival)
  noteWait(wechatAway, { seconds, hasSlot: false }, work)
  try {
    await deps.events.comeAgain(arrival.receiptHandle, seconds)
  } catch (error) {
    deps.log.warn('send.comes-later', { id, error })
  }
  return 'unanswered'
}

/** Surely not sent by this try: pushed again as a new message, ever later, until people must look at it. */
async function putOff<A extends Arrival>(outcome: PutOff, work: InWork<A>): Promise<string> {
  const { leastSeconds: least, wait } = outcome
  const { arrival, after, deps } = work
  if (deps.now() - arrival.since > longestMs) return giveUp(outcome, work)
  const seconds =
    wait === undefined ? Math.max(withinWindow(least, work), delayOf(work)) : secondsUntil(wait.until, deps.now())
  const slot = wait?.slotAt === undefined ? {} : { slotAt: wait.slotAt }
  after.pushAgain(arrival, { ...againOf(arrival), ...slot }, seconds)
  noteWait(outcome, { seconds, hasSlot: wait !== undefined }, work)
  // What concerns one person says nothing of the others' messages.
  return outcome.cause === 'person' ? 'person-later' : 'put-off'
}

/** It waits for people, who move it back from the dead letters. */
async function giveUp<A extends Arrival>({ why }: WaitReason, work: InWork<A>): Promise<string> {
  const { arrival, deps } = work
  await deps.events.setAside(arrival, `overdue: ${why}`, 'dead-letter')
  deps.log.error('send.overdue', { id: idOf(arrival.body), why })
  noteWait({ cause: 'operator', why: `it was laid aside as overdue: ${why}` }, { hasSlot: false }, work)
  return 'overdue'
}

type Next = { readonly seconds?: number; readonly hasSlot: boolean }

/** Notes that it waits, and what its delivery is to say of that. */
function noteWait<A extends Arrival>(why: WaitReason, next: Next, work: InWork<A>): void {
  const { arrival, id, told, uncertainty, isDamaged = false, after } = work
  const mayBeSent = uncertainty !== undefined
  // What is put off once for a short time may be through in a moment.
  const isToTell = arrival.attempts > 1 || isLong(why, next)
  const isNews = isToTell && !isDamaged && !isTold(told, why, mayBeSent)
  const newsOf = (of: string) => ({ ...deliveryOf(of, 'waiting', factsOf(why, mayBeSent), work), ...dueAt(next, work) })
  if (told !== undefined && isTold(told, why, mayBeSent) && isOfTryBefore(told, arrival)) after.end(told)
  const news = id === undefined || !isNews ? {} : { news: { delivery: newsOf(id), copy: copyName(arrival.body) } }
  after.wait({ cause: why.cause, since: arrival.since, hasSlot: next.hasSlot, ...news })
}

/** Whoever had this message before may have ended between the delivery and the bus, so the bus is told once more. */
function isOfTryBefore({ attempts }: Delivery, arrival: Arrival): boolean {
  return arrival.receives > 1 && attempts === arrival.attempts - 1
}

/**
 * Tells whether a reader is to know at once that it waits; what an operator must mend takes minutes. In its slot it goes out
 * as it should, and what another invocation is at is no wait.
 */
function isLong({ cause }: WaitReason, { seconds = Number.POSITIVE_INFINITY, hasSlot }: Next): boolean {
  return cause !== 'ourselves' && !hasSlot && seconds >= minuteSeconds
}

function dueAt({ seconds }: Next, { deps }: Dated): Pick<Delivery, 'nextTryAt'> {
  return seconds === undefined ? {} : { nextTryAt: new Date(deps.now() + seconds * 1000).toISOString() }
}

/** A long wait must not outlast the window in which a repeat settles what may have been sent; a minute's quota is worth it. */
function withinWindow<A>(seconds: number, { uncertainty, deps }: InWork<A>): number {
  const left = uncertainty === undefined ? seconds : secondsLeft(uncertainty, deps.now()) - spareSeconds
  return Math.min(seconds, Math.max(minuteSeconds, left))
}

function secondsUntil(at: number, now: number): number {
  return Math.max(0, Math.ceil((at - now) / 1000))
}

/** It waits all the same if that cannot be written. */
async function park<A extends Arrival>(facts: DeliveryFacts, work: InWork<A>): Promise<string> {
  const { arrival, id, kind, after, deps } = work
  try {
    if (id !== undefined) await deps.deliveries.record(deliveryOf(id, 'parked', facts, work), copyName(arrival.body))
  } catch (error) {
    deps.log.error('send.not-noted', { error, id, state: 'parked' })
  }
  after.park(arrival, againOf(arrival), kind)
  return 'parked'
}

function againOf({ body, attempts, since, group }: EventAgain): EventAgain {
  return { body, attempts, since, ...(group === undefined ? {} : { group }) }
}

/** What says that nothing was sent does not end an event that may have been: that is for people to decide. */
async function end<A extends Arrival>(state: Delivery['state'], facts: DeliveryFacts, work: InWork<A>) {
  const { uncertainty, isUnderWay } = work
  const saysUnsent = state !== 'accepted' && state !== 'in-doubt'
  // The other says in a moment what it came to; until then nobody knows that this was not sent.
  if (saysUnsent && uncertainty === undefined && isUnderWay) return putOff(underWay, work)
  if (!saysUnsent || uncertainty === undefined) return endAs(state, facts, work)
  const reason = `${facts.reason}; an earlier try may have sent it (${uncertainty.why})`
  return endAs('in-doubt', { ...facts, reason }, work)
}

/**
 * Writes the done mark; what people must look at is put aside before, so that a crash between cannot lose it. Without
 * a readable id, only the queue of what was put aside tells of the event.
 */
async function endAs<A extends Arrival>(state: Delivery['state'], facts: DeliveryFacts, work: InWork<A>) {
  const { arrival, id, after, deps } = work
  if (state === 'accepted' && id !== undefined) {
    after.accept(arrival, deliveryOf(id, 'accepted', facts, work))
    return state
  }
  if (state === 'rejected' || state === 'in-doubt') {
    const where = state === 'rejected' ? 'dead-letter' : 'review'
    await deps.events.setAside(arrival, `${state}: ${facts.reason}`, where)
    deps.log.warn(`send.${state}`, { id: idOf(arrival.body), ...facts })
  }
  if (id === undefined) return state
  const delivery = deliveryOf(id, state, facts, work)
  // Another copy of the event may be on the phone, or wait: then this end is not its end, and nobody is told of it.
  if (await deps.deliveries.record(delivery, copyName(arrival.body))) after.end(delivery)
  return state
}

type Dated = { readonly arrival: Arrival; readonly deps: SettleDeps }

function deliveryOf(id: string, state: Delivery['state'], facts: DeliveryFacts, { arrival, deps }: Dated): Delivery {
  return { id, state, ...facts, attempts: arrival.attempts, at: new Date(deps.now()).toISOString() }
}

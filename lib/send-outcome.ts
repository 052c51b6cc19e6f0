/** What follows from a send: the done mark, another try, the wait for quota, or the queue of what people must look at. */

import type { Aftermath } from './aftermath.ts'
import type { BatchAttempt } from './batch-attempt.ts'
import type { Delivery } from './delivery.ts'
import type { DeliveryStore, EventAgain, EventQueue, Log, Now, ParkedKind } from './ports.ts'
import { retryDelay } from './retry-delay.ts'
import type { DeliveryFacts, SendOutcome } from './send-message.ts'
import { secondsLeft, type Uncertainty, uncertaintyOf } from './uncertainty.ts'

/** One message of the events queue; `attempts` counts this receive. */
export type Arrival = EventAgain & {
  readonly receiptHandle: string
  readonly messageId: string
  /** How often this message was given out. */
  readonly receives: number
  /** When (ms) it was given out for the first time, if this is not that time. */
  readonly firstReceivedAt?: number
  /** Since when (ms), as whoever moved it back into the queue knows, it may have been sent. */
  readonly uncertainSince?: number
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
/** A queue keeps a message for 14 days: what still cannot be sent a day before is laid aside for people. */
const longestMs = 13 * 86_400_000

/** An event in work: what is known of it, and what hears of its end. */
export type InWork<A> = {
  readonly arrival: A
  /** All messages of the batch that bring this event; one of them is worked on. */
  readonly copies: readonly Arrival[]
  readonly id: string | undefined
  /** Where it waits for quota. */
  readonly kind: ParkedKind
  /** Whether earlier calls may have sent it, and how much of that its delivery knows. */
  readonly uncertainty: Uncertainty | undefined
  readonly recorded: Uncertainty | undefined
  readonly attempt: Pick<BatchAttempt, 'takeBack'>
  readonly after: Aftermath<A>
  readonly deps: SettleDeps
}

/** Acts on an outcome and names it. */
export async function settle<A extends Arrival>(outcome: SendOutcome, before: InWork<A>): Promise<string> {
  const { possibleSend } = outcome
  if (possibleSend === undefined) before.attempt.takeBack(before.copies.map(it => it.messageId))
  const uncertainty = uncertaintyOf(before.uncertainty, possibleSend === undefined ? [] : [possibleSend])
  const work = { ...before, uncertainty }
  if (outcome.kind === 'ended') return end(outcome.state, outcome.facts, work)
  // It must not be forgotten on the way back into a queue.
  if ((await remember(work)) === 'decided') return 'repeated'
  if (outcome.kind === 'unanswered') return comeAgain(work)
  return outcome.kind === 'parked' ? park(outcome.facts, work) : putOff(outcome, work)
}

/**
 * For an event of which the tables could not be asked. Given out before, it stays in the queue, for what an earlier
 * invocation may have sent is known by its message; else it is pushed again.
 */
export async function stayOrPutOff<A extends Arrival>(
  arrival: A,
  after: Aftermath<A>,
  deps: SettleDeps,
): Promise<string> {
  const unknown = { copies: [arrival], id: undefined, uncertainty: undefined, recorded: undefined }
  const kind = 'usual' as const
  const work = { arrival, ...unknown, kind, attempt: { takeBack: () => undefined }, after, deps }
  if (arrival.firstReceivedAt === undefined) return putOff({ kind: 'refused', leastSeconds: 0, why: 'no tables' }, work)
  await comeAgain(work)
  return 'put-off'
}

/** Writes an uncertainty down; throws if that fails. `decided` says that by now another copy came to an end. */
async function remember<A>({ id, uncertainty, recorded, deps }: InWork<A>): Promise<'remembered' | 'decided'> {
  const isKnown = uncertainty?.since === recorded?.since && uncertainty?.windows === recorded?.windows
  if (id === undefined || uncertainty === undefined || isKnown) return 'remembered'
  return (await deps.deliveries.recordUncertainty(id, uncertainty)) ? 'remembered' : 'decided'
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
  const { arrival, after, deps } = work
  after.comesAgain(arrival)
  try {
    await deps.events.comeAgain(arrival.receiptHandle, delayOf(work))
  } catch (error) {
    deps.log.warn('send.comes-later', { error })
  }
  return 'unanswered'
}

/** Surely not sent by this try: pushed again as a new message, ever later, until people must look at it. */
async function putOff<A extends Arrival>(
  { leastSeconds: least, why, wait }: Extract<SendOutcome, { kind: 'refused' }>,
  work: InWork<A>,
): Promise<string> {
  const { arrival, id, after, deps } = work
  if (deps.now() - arrival.since > longestMs) {
    await deps.events.setAside(arrival.body, `overdue: ${why}`, 'dead-letter')
    deps.log.error('send.overdue', { id, why })
    return 'overdue'
  }
  const seconds = wait === undefined ? Math.max(least, delayOf(work)) : secondsUntil(wait.until, deps.now())
  const slot = wait?.slotAt === undefined ? {} : { slotAt: wait.slotAt }
  after.pushAgain(arrival, { ...againOf(arrival), ...slot }, seconds)
  return 'put-off'
}

function secondsUntil(at: number, now: number): number {
  return Math.max(0, Math.ceil((at - now) / 1000))
}

/** It waits all the same if that cannot be written. */
async function park<A extends Arrival>(facts: DeliveryFacts, work: InWork<A>): Promise<string> {
  const { arrival, id, kind, after, deps } = work
  try {
    if (id !== undefined) await deps.deliveries.record(deliveryOf(id, 'parked', facts, work))
  } catch (error) {
    deps.log.error('send.not-noted', { error, id, state: 'parked' })
  }
  after.park(arrival, againOf(arrival), kind)
  return 'parked'
}

function againOf({ body, attempts, since }: EventAgain): EventAgain {
  return { body, attempts, since }
}

/** What says that nothing was sent does not end an event that may have been: that is for people to decide. */
async function end<A extends Arrival>(state: Delivery['state'], facts: DeliveryFacts, work: InWork<A>) {
  const { uncertainty } = work
  if (state === 'accepted' || state === 'in-doubt' || uncertainty === undefined) return endAs(state, facts, work)
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
    await deps.events.setAside(arrival.body, `${state}: ${facts.reason}`, where)
    deps.log.warn(`send.${state}`, { id, ...facts })
  }
  if (id === undefined) return state
  const delivery = deliveryOf(id, state, facts, work)
  // Another copy of the event may be on the phone: then this end is not its end, and nobody is told of it.
  if (await deps.deliveries.record(delivery)) after.end(delivery)
  return state
}

type Dated = { readonly arrival: Arrival; readonly deps: SettleDeps }

function deliveryOf(id: string, state: Delivery['state'], facts: DeliveryFacts, { arrival, deps }: Dated): Delivery {
  return { id, state, ...facts, attempts: arrival.attempts, at: new Date(deps.now()).toISOString() }
}

/** What follows from a send: the done mark, another try, the wait for quota, or the queue of what people must look at. */

import type { Aftermath } from './aftermath.ts'
import type { Delivery, DoneMark } from './delivery.ts'
import type { RequestError } from './errors.ts'
import type { DeliveryStore, EventAgain, EventQueue, Log, Now, ParkedKind } from './ports.ts'
import { retryDelay } from './retry-delay.ts'
import type { DeliveryFacts, SendOutcome } from './send-message.ts'
import { idOf } from './template-message.ts'

/** One message of the events queue; `attempts` counts this receive. */
export type Arrival = EventAgain & {
  readonly receiptHandle: string
  readonly messageId: string
  /** How often this message was given out; more than once, if it was not deleted. */
  readonly receives: number
}

export type SettleDeps = {
  readonly deliveries: Pick<DeliveryStore, 'record'>
  readonly events: Pick<EventQueue, 'comeAgain' | 'setAside'>
  readonly now: Now
  readonly random: () => number
  readonly log: Log
}

/** WeChat forgets a client_msg_id after ten minutes; half a minute is left for the call itself. */
export const windowMs = 570_000
/** A message does not come to the second. */
const spareSeconds = 15
/** SQS holds a message back for no longer. */
const maxDelaySeconds = 900
/** A queue keeps a message for 14 days: what still cannot be sent a day before is laid aside for people. */
const longestMs = 13 * 86_400_000

export type Copies = readonly [Arrival, ...Arrival[]]

type Settled<A> = {
  readonly arrival: A
  /** All messages of the batch that bring this event; one of them is worked on. */
  readonly copies: Copies
  /** What goes on with it, should it go back into a queue. */
  readonly event: EventAgain
  readonly id: string | undefined
  readonly parkedKind: ParkedKind
  readonly after: Aftermath<A>
  readonly deps: SettleDeps
}

/** What is known by now of an event, of which a batch has these copies: it is in doubt since the first of them is. */
export function knownOf([first, ...others]: Copies, mark?: DoneMark): EventAgain {
  const doubts = [first, ...others].flatMap(it => doubtOf(it, mark) ?? [])
  const { body, attempts, since, slotAt } = first
  const slot = slotAt === undefined ? {} : { slotAt }
  return { body, attempts, since, ...slot, ...(doubts.length === 0 ? {} : { doubtSince: Math.min(...doubts) }) }
}

/**
 * A message that is received once more may have sent its event; not if the store says that its receive before this one
 * parked it, for then only its deletion was lost.
 */
function doubtOf({ messageId, receives, doubtSince }: Arrival, mark?: DoneMark): number | undefined {
  const before = receiveOf({ messageId, receives: receives - 1 })
  const parking = mark?.state === 'parked' ? mark.parkings?.find(it => it.receive === before) : undefined
  return parking === undefined ? doubtSince : parking.doubtSince
}

function receiveOf({ messageId, receives }: Pick<Arrival, 'messageId' | 'receives'>): string {
  return `${messageId}/${receives}`
}

/** Acts on an outcome and names it. */
export async function settle<A extends Arrival>(outcome: SendOutcome, settled: Settled<A>): Promise<string> {
  const { arrival, event, after, deps } = settled
  switch (outcome.kind) {
    case 'unanswered':
      await comeAgain(arrival.receiptHandle, event, deps)
      after.comesAgain(arrival)
      return 'unanswered'
    case 'parked':
      await recordParked(outcome.facts, settled)
      after.park(arrival, event, settled.parkedKind)
      return 'parked'
    case 'refused':
      return putOff(outcome, settled)
    case 'ended':
      return end(outcome.state, outcome.facts, settled)
  }
}

/** Ends an event that failed its check. */
export function reject<A extends Arrival>(
  error: RequestError,
  settled: Omit<Settled<A>, 'id' | 'event' | 'copies' | 'parkedKind'>,
): Promise<string> {
  const { arrival } = settled
  const known = { copies: [arrival], event: knownOf([arrival]), id: idOf(arrival.body), parkedKind: 'usual' } as const
  return end('rejected', { reason: error.message }, { ...settled, ...known })
}

/** Seconds until the next try: within the window in which WeChat drops a second message, if there may be a first. */
function delayOf({ attempts, doubtSince }: EventAgain, { now, random }: SettleDeps): number {
  const delay = retryDelay(attempts, random)
  if (doubtSince === undefined) return delay
  const left = Math.floor((windowMs - (now() - doubtSince)) / 1000)
  // Past it nothing is to be caught any more: what is sent at-least-once comes again ever later, as all else.
  return left <= 0 ? delay : Math.max(0, Math.min(delay, left - spareSeconds))
}

/** Where SQS fails, the queue's own time does, which is within the window too. */
async function comeAgain(receiptHandle: string, event: EventAgain, deps: SettleDeps): Promise<void> {
  const seconds = delayOf({ ...event, doubtSince: event.doubtSince ?? deps.now() }, deps)
  try {
    await deps.events.comeAgain(receiptHandle, seconds)
  } catch (error) {
    deps.log.warn('send.comes-later', { error })
  }
}

/** Surely not sent: pushed again as a new message, ever later, until people must look at it. */
async function putOff<A extends Arrival>(
  { leastSeconds, why, wait }: Extract<SendOutcome, { kind: 'refused' }>,
  { arrival, event, id, after, deps }: Settled<A>,
): Promise<string> {
  const { body, since } = event
  if (deps.now() - since > longestMs) {
    await deps.events.setAside(body, `overdue: ${why}`, 'dead-letter')
    deps.log.error('send.overdue', { id, why })
    return 'overdue'
  }
  const { slotAt: _, ...again } = event
  const seconds = wait === undefined ? Math.max(leastSeconds, delayOf(event, deps)) : secondsUntil(wait.until, deps)
  const slot = wait?.slotAt === undefined ? {} : { slotAt: wait.slotAt }
  after.pushAgain(arrival, { ...again, ...slot }, Math.min(seconds, maxDelaySeconds))
  return 'put-off'
}

function secondsUntil(at: number, { now }: SettleDeps): number {
  return Math.max(0, Math.ceil((at - now()) / 1000))
}

/**
 * Writes the done mark; what people must look at is put aside before, so that a crash between cannot lose it. Without
 * a readable id, only the queue of what was put aside tells of the event.
 */
async function end<A extends Arrival>(state: Delivery['state'], facts: DeliveryFacts, settled: Settled<A>) {
  const { arrival, id, after, deps } = settled
  if (state === 'accepted' && id !== undefined) {
    after.accept(arrival, deliveryOf(id, 'accepted', facts, settled))
    return state
  }
  if (state === 'rejected' || state === 'in-doubt') {
    const where = state === 'rejected' ? 'dead-letter' : 'review'
    await deps.events.setAside(arrival.body, `${state}: ${facts.reason}`, where)
    deps.log.warn(`send.${state}`, { id, ...facts })
  }
  await record(state, facts, settled)
  return state
}

async function record<A>(state: Delivery['state'], facts: DeliveryFacts, settled: Settled<A & Arrival>) {
  const { id, after, deps } = settled
  if (id === undefined) return
  const delivery = deliveryOf(id, state, facts, settled)
  await deps.deliveries.record(delivery)
  after.end(delivery)
}

/** It waits all the same if that cannot be written: it would only look as if a try had got no answer. */
async function recordParked<A extends Arrival>(facts: DeliveryFacts, settled: Settled<A>): Promise<void> {
  const { copies, event, id, deps } = settled
  if (id === undefined) return
  const { doubtSince } = event
  const parkings = copies.map(it => ({ receive: receiveOf(it), ...(doubtSince === undefined ? {} : { doubtSince }) }))
  try {
    await deps.deliveries.record(deliveryOf(id, 'parked', facts, settled), parkings)
  } catch (error) {
    deps.log.error('send.not-noted', { error, id, state: 'parked' })
  }
}

type Dated = { readonly arrival: Arrival; readonly deps: SettleDeps }

function deliveryOf(id: string, state: Delivery['state'], facts: DeliveryFacts, { arrival, deps }: Dated): Delivery {
  return { id, state, ...facts, attempts: arrival.attempts, at: new Date(deps.now()).toISOString() }
}

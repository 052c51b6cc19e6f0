/** What follows from a send: the done mark, another try, the wait for quota, or the queue of what people must look at. */

import type { Aftermath } from './aftermath.ts'
import type { Delivery } from './delivery.ts'
import type { RequestError } from './errors.ts'
import type { DeliveryStore, EventQueue, Log, Now } from './ports.ts'
import { retryDelay } from './retry-delay.ts'
import type { DeliveryFacts, SendOutcome } from './send-message.ts'
import { idOf } from './template-message.ts'

/** One message of the events queue; `attempts` counts this receive. */
export type Arrival = {
  readonly body: string
  readonly receiptHandle: string
  readonly attempts: number
  /** When (ms) the event was first pushed. */
  readonly since: number
  /** Since when (ms) a try may have sent it, without our knowing; absent while every try is known to have not. */
  readonly doubtSince?: number
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
/** SQS holds a message back for no longer. */
const maxDelaySeconds = 900
/** A queue keeps a message for 14 days: what still cannot be sent a day before is laid aside for people. */
const longestMs = 13 * 86_400_000

type Settled<A> = {
  readonly arrival: A
  readonly id: string | undefined
  readonly after: Aftermath<A>
  readonly deps: SettleDeps
}

/** Acts on an outcome and names it. */
export async function settle<A extends Arrival>(outcome: SendOutcome, settled: Settled<A>): Promise<string> {
  const { arrival, after, deps } = settled
  switch (outcome.kind) {
    case 'unanswered':
      await comeAgain(arrival, deps)
      after.comesAgain(arrival)
      return 'unanswered'
    case 'parked':
      await record('parked', outcome.facts, settled)
      after.park(arrival)
      return 'parked'
    case 'refused':
      return putOff(outcome, settled)
    case 'ended':
      return end(outcome.state, outcome.facts, settled)
  }
}

/** Ends an event that failed its check. */
export function reject<A extends Arrival>(error: RequestError, settled: Omit<Settled<A>, 'id'>): Promise<string> {
  return end('rejected', { reason: error.message }, { ...settled, id: idOf(settled.arrival.body) })
}

/** Within the window in which WeChat drops a second message; where SQS fails, the queue's own time does. */
async function comeAgain({ receiptHandle, attempts, doubtSince }: Arrival, deps: SettleDeps): Promise<void> {
  const now = deps.now()
  const left = Math.floor((windowMs - (now - (doubtSince ?? now))) / 1000)
  const seconds = Math.max(0, Math.min(retryDelay(attempts, deps.random), left - 15))
  try {
    await deps.events.comeAgain(receiptHandle, seconds)
  } catch (error) {
    deps.log.warn('send.comes-later', { error })
  }
}

/** Surely not sent: pushed again as a new message, ever later, until people must look at it. */
async function putOff<A extends Arrival>(
  { leastSeconds, why }: Extract<SendOutcome, { kind: 'refused' }>,
  { arrival, id, after, deps }: Settled<A>,
): Promise<string> {
  const { body, attempts, since } = arrival
  if (deps.now() - since > longestMs) {
    await deps.events.setAside(body, `overdue: ${why}`, 'dead-letter')
    deps.log.error('send.overdue', { id, why })
    return 'overdue'
  }
  const seconds = Math.max(leastSeconds, retryDelay(attempts, deps.random))
  after.pushAgain(arrival, Math.min(seconds, maxDelaySeconds))
  return 'put-off'
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

type Dated = { readonly arrival: Arrival; readonly deps: SettleDeps }

function deliveryOf(id: string, state: Delivery['state'], facts: DeliveryFacts, { arrival, deps }: Dated): Delivery {
  return { id, state, ...facts, attempts: arrival.attempts, at: new Date(deps.now()).toISOString() }
}

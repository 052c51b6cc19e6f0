/** What follows from a send: the done mark, another try, or the queue of what people must look at. */

import type { Delivery } from './delivery.ts'
import type { RequestError } from './errors.ts'
import type { DeliveryStore, EventQueue, Log, Now } from './ports.ts'
import type { DeliveryFacts, SendOutcome } from './send-message.ts'
import { idOf } from './template-message.ts'

/** One message of the events queue; `attempts` counts this receive. */
export type Arrival = {
  readonly body: string
  readonly receiptHandle: string
  readonly attempts: number
  /** Since when (ms) a try may have sent it, without our knowing; absent while every try is known to have not. */
  readonly doubtSince?: number
}

export type SettleDeps = {
  readonly deliveries: Pick<DeliveryStore, 'record'>
  readonly events: EventQueue
  readonly now: Now
  readonly log: Log
}

/** Acts on an outcome and names it; `late` means that the arrival itself must come again by the queue. */
export async function settle(
  outcome: SendOutcome,
  arrival: Arrival,
  deps: SettleDeps,
  id = idOf(arrival.body),
): Promise<string> {
  switch (outcome.kind) {
    case 'unanswered':
      await deps.events.comeAgain(arrival.receiptHandle, outcome.delaySeconds)
      return 'late'
    case 'parked':
      if (id !== undefined) await record(id, 'parked', outcome.facts, { arrival, deps })
      await deps.events.pushAgain(arrival, outcome.delaySeconds)
      return 'parked'
    case 'refused':
      await deps.events.pushAgain(arrival, outcome.delaySeconds)
      return 'put-off'
    case 'ended':
      return end(outcome.state, id, outcome.facts, { arrival, deps })
  }
}

/** Ends an event that failed its check. */
export function reject(arrival: Arrival, { message }: RequestError, deps: SettleDeps): Promise<string> {
  return end('rejected', idOf(arrival.body), { reason: message }, { arrival, deps })
}

type Ending = { readonly arrival: Arrival; readonly deps: SettleDeps }

/**
 * Writes the done mark; what people must look at is put aside before, so that a crash between cannot lose it. Without
 * a readable id, only the queue of what was put aside tells of the event.
 */
async function end(state: Delivery['state'], id: string | undefined, facts: DeliveryFacts, ending: Ending) {
  const { arrival, deps } = ending
  if (state === 'rejected' || state === 'in-doubt') {
    await deps.events.setAside(arrival.body, `${state}: ${facts.reason}`)
    deps.log.warn(`send.${state}`, { id, ...facts })
  }
  if (id !== undefined) await record(id, state, facts, ending)
  return state
}

async function record(id: string, state: Delivery['state'], facts: DeliveryFacts, { arrival, deps }: Ending) {
  const at = new Date(deps.now()).toISOString()
  await deps.deliveries.record({ id, state, ...facts, attempts: arrival.attempts, at })
}

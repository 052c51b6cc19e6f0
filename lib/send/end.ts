/** An event comes to its end, unless it may be on a phone by another try. */

import { defer, deliveryOf } from './defer.ts'
import { type Delivery, isSent } from './delivery.ts'
import { idOf } from './event-id.ts'
import type { DeliveryFacts, Outcome } from './outcome.ts'
import { copyName } from './short-names.ts'
import type { Sent } from './stages.ts'
import type { BatchDeps } from './write-buffer.ts'

const minuteSeconds = 60
const sentByAnother = {
  kind: 'deferred',
  leastSeconds: minuteSeconds,
  cause: 'ourselves',
  why: 'another invocation may be sending it',
} as const

type Ended = Extract<Outcome, { readonly kind: 'ended' }>

/** What says that nothing was sent does not end an event that may have been: that is for people to decide. */
export async function end(event: Sent, { state, facts }: Ended, deps: BatchDeps): Promise<string> {
  const { doubt } = event
  if (state === 'accepted' || state === 'in-doubt') return endAs(event, state, facts, deps)
  if (doubt === undefined) return endUnsent(event, state, facts, deps)
  const reason = `${facts.reason}; an earlier try may have sent it (${doubt.why})`
  return endAs(event, 'in-doubt', { ...facts, reason }, deps)
}

/** Another invocation may have begun to send it since the tables were read; it says in a moment what came of that. */
async function endUnsent(event: Sent, state: Ended['state'], facts: DeliveryFacts, deps: BatchDeps): Promise<string> {
  const { id, message } = event
  if (id === undefined || !(await deps.attempt.mayBeElsewhere(id))) return endAs(event, state, facts, deps)
  // Of a bad copy only the dead-letter queue tells then.
  return message === undefined
    ? endAs({ ...event, id: undefined }, state, facts, deps)
    : defer(event, sentByAnother, deps)
}

/**
 * Writes the done mark; what people must look at is dead-lettered before, so that a crash between cannot lose it. Without
 * a readable id, only that queue tells of the event.
 */
async function endAs(event: Sent, state: Delivery['state'], facts: DeliveryFacts, deps: BatchDeps): Promise<string> {
  const { id, body } = event
  logUsualEnd(event, state, facts, deps)
  if (state === 'accepted' && id !== undefined) {
    const delivery = deliveryOf(id, 'accepted', facts, event, deps)
    deps.buffer.accept(event, { ...delivery, official: event.account.app.appid })
    return state
  }
  if (state === 'rejected' || state === 'in-doubt') {
    const where = state === 'rejected' ? 'dead-letter' : 'review'
    await deps.events.deadLetter(event, `${state}: ${facts.reason}`, where)
    deps.log.warn(`send.${state}`, { id: idOf(body), ...facts })
  }
  if (id === undefined) return state
  const delivery = deliveryOf(id, state, facts, event, deps)
  if (await deps.deliveries.record(delivery, copyName(body))) deps.buffer.publish(delivery)
  else if (event.message !== undefined && (await mayBeSent(id, deps))) return defer(event, sentByAnother, deps)
  // Else another copy of the event is on the phone, or waits: this end is not its end, and nobody is told of it.
  return state
}

/** What people must look at is logged where it is dead-lettered. */
function logUsualEnd({ id }: Sent, state: Delivery['state'], facts: DeliveryFacts, { log }: BatchDeps): void {
  if (state === 'accepted' || state === 'dropped') log.debug(`send.${state}`, { id, ...facts })
}

/** The other copy may be this very message, given out twice: then nobody else brings the event back. */
async function mayBeSent(id: string, { deliveries }: BatchDeps): Promise<boolean> {
  const mark = (await deliveries.read([id])).get(id)
  return mark?.uncertainty !== undefined && !isSent(mark.delivery)
}

/** The last stage: what follows from an outcome is written, queued and told. */

import { defer, deliveryOf, queuedOf, retryUnanswered } from './defer.ts'
import { type Delivery, isSent } from './delivery.ts'
import { idOf } from './event-id.ts'
import { endedMs } from './interrupted-sends.ts'
import { type DeliveryFacts, isAccepted, type Outcome } from './outcome.ts'
import { copyName } from './short-names.ts'
import type { Decided, Sent } from './stages.ts'
import { isSame, uncertaintyOf } from './uncertainty.ts'
import type { BatchDeps } from './write-buffer.ts'

const minuteSeconds = 60
const underWay = {
  kind: 'deferred',
  leastSeconds: minuteSeconds,
  cause: 'ourselves',
  why: 'another invocation may be sending it',
} as const

/** Acts on an outcome and names it. */
export async function record(event: Decided, outcome: Outcome, deps: BatchDeps): Promise<string> {
  if (outcome.kind === 'repeated') return recordRepeated(event, deps)
  const { possibleSend } = outcome
  const { id, uncertainty, kind } = event
  // Whatever fails from here on, this try did not send it.
  if (id !== undefined && possibleSend === undefined && !isAccepted(outcome)) deps.attempt.resolve(id)
  const doubt = uncertaintyOf(uncertainty, possibleSend === undefined ? [] : [possibleSend], kind.windowMs)
  const name = await act({ ...event, doubt }, outcome, deps)
  // What was accepted is known only once its mark is written.
  if (id !== undefined && !isAccepted(outcome)) deps.attempt.resolve(id)
  return name
}

/**
 * Whoever had the message before may have ended between the mark and the bus, so the bus is told once more; also by a message
 * that SQS gave out twice, while the other may still end so.
 */
function recordRepeated({ receives, delivery }: Decided, { buffer, now }: BatchDeps): string {
  if (delivery === undefined || !isSent(delivery)) return 'repeated'
  const isFresh = Date.parse(delivery.at) > now() - endedMs
  if (receives > 1 || isFresh) buffer.publish(delivery)
  return 'repeated'
}

type Acted = Exclude<Outcome, { readonly kind: 'repeated' }>

async function act(event: Sent, outcome: Acted, deps: BatchDeps): Promise<string> {
  if (outcome.kind === 'ended') return end(event, outcome, deps)
  // It must not be forgotten on the way back into a queue.
  const remembered = await remember(event, deps)
  if (remembered === 'decided') return 'repeated'
  // What may have been sent was written over what was told.
  const known = remembered === 'written' ? { ...event, delivery: undefined } : event
  if (outcome.kind === 'unanswered') return retryUnanswered(known, deps)
  return outcome.kind === 'parked' ? hold(known, outcome.facts, deps) : defer(known, outcome, deps)
}

/** Writes an uncertainty down; throws if that fails. `decided` says that by now another copy came to an end. */
async function remember(
  { id, uncertainty, doubt }: Sent,
  { deliveries }: BatchDeps,
): Promise<'known' | 'written' | 'decided'> {
  if (id === undefined || doubt === undefined || isSame(doubt, uncertainty)) return 'known'
  return (await deliveries.recordUncertainty(id, doubt)) ? 'written' : 'decided'
}

/** It waits for quota, all the same if that cannot be written. */
async function hold(event: Sent, facts: DeliveryFacts, deps: BatchDeps): Promise<string> {
  const { id, message } = event
  try {
    if (id !== undefined)
      await deps.deliveries.record(deliveryOf(id, 'parked', facts, event, deps), copyName(event.body))
  } catch (error) {
    deps.log.error('send.not-noted', { error, id, state: 'parked' })
  }
  deps.buffer.holdForQuota(event, queuedOf(event), message?.urgent ? 'urgent' : 'usual')
  return 'parked'
}

type Ended = Extract<Outcome, { readonly kind: 'ended' }>

/** What says that nothing was sent does not end an event that may have been: that is for people to decide. */
async function end(event: Sent, { state, facts }: Ended, deps: BatchDeps): Promise<string> {
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
  return message === undefined ? endAs({ ...event, id: undefined }, state, facts, deps) : defer(event, underWay, deps)
}

/**
 * Writes the done mark; what people must look at is dead-lettered before, so that a crash between cannot lose it. Without
 * a readable id, only that queue tells of the event.
 */
async function endAs(event: Sent, state: Delivery['state'], facts: DeliveryFacts, deps: BatchDeps): Promise<string> {
  const { id, body } = event
  if (state === 'accepted' && id !== undefined) {
    deps.buffer.accept(event, deliveryOf(id, 'accepted', facts, event, deps))
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
  else if (event.message !== undefined && (await mayBeSent(id, deps))) return defer(event, underWay, deps)
  // Else another copy of the event is on the phone, or waits: this end is not its end, and nobody is told of it.
  return state
}

/** The other copy may be this very message, given out twice: then nobody else brings the event back. */
async function mayBeSent(id: string, { deliveries }: BatchDeps): Promise<boolean> {
  const mark = (await deliveries.read([id])).get(id)
  return mark?.uncertainty !== undefined && !isSent(mark.delivery)
}

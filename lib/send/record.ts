/** Last stage: writes, queues, publishes and logs the outcomes. */

import { deadLetterOverdue, defer, deliveryOf, queuedOf, retryUnanswered } from './defer.ts'
import { isSent } from './delivery.ts'
import { end } from './end.ts'
import { endedMs } from './interrupted-sends.ts'
import { isAccepted, type Outcome } from './outcome.ts'
import { isGivenUp } from './overdue.ts'
import { copyName } from './short-names.ts'
import type { Decided, Sent } from './stages.ts'
import { isSame, uncertaintyOf } from './uncertainty.ts'
import type { BatchDeps } from './write-buffer.ts'

/** Acts on an outcome and names it. */
export async function record(event: Decided, outcome: Outcome, deps: BatchDeps): Promise<string> {
  if (outcome.kind === 'repeated') return recordRepeated(event, deps)
  const { possibleSend } = outcome
  const { id, uncertainty, kind, account } = event
  const settle = () =>
    id !== undefined && !isAccepted(outcome) && deps.attempt.resolve({ id, official: account.app.appid })
  // Whatever fails from here on, this try did not send it.
  if (possibleSend === undefined) settle()
  const doubt = uncertaintyOf(uncertainty, possibleSend === undefined ? [] : [possibleSend], kind.windowMs)
  const name = await act({ ...event, doubt }, outcome, deps)
  // What was accepted is known only once its mark is written.
  settle()
  return name
}

/**
 * Whoever had the message before may have ended between the mark and the bus, so the bus is told once more; also by a message
 * that SQS gave out twice, while the other may still end so.
 */
function recordRepeated({ id, receives, delivery }: Decided, { buffer, now, log }: BatchDeps): string {
  log.debug('send.repeated', { id, state: delivery?.state })
  if (delivery === undefined || !isSent(delivery)) return 'repeated'
  const isFresh = Date.parse(delivery.at) > now() - endedMs
  if (receives > 1 || isFresh) buffer.publish(delivery)
  return 'repeated'
}

type HoldFacts = Extract<Outcome, { readonly kind: 'parked' }>['facts']
type Acted = Exclude<Outcome, { readonly kind: 'repeated' }>

async function act(event: Sent, outcome: Acted, deps: BatchDeps): Promise<string> {
  if (outcome.kind === 'ended') return end(event, outcome, deps)
  // It must not be forgotten on the way back into a queue.
  const remembered = await remember(event, deps)
  if (remembered === 'decided') return 'repeated'
  // What may have been sent was written over what was told.
  const known = remembered === 'written' ? { ...event, delivery: undefined } : event
  if (outcome.kind === 'unanswered') return retryUnanswered(known, deps)
  return outcome.kind === 'parked' ? holdOrGiveUp(known, outcome.facts, deps) : defer(known, outcome, deps)
}

/** Writes an uncertainty down; throws if that fails. `decided` says that by now another copy came to an end. */
async function remember(
  { id, uncertainty, doubt }: Sent,
  { deliveries }: BatchDeps,
): Promise<'known' | 'written' | 'decided'> {
  if (id === undefined || doubt === undefined || isSame(doubt, uncertainty)) return 'known'
  return (await deliveries.recordUncertainty(id, doubt)) ? 'written' : 'decided'
}

/** Quota may be missing day after day, and each move into a queue starts its retention anew. */
async function holdOrGiveUp(event: Sent, facts: HoldFacts, deps: BatchDeps): Promise<string> {
  if (isGivenUp(event, deps.now())) return deadLetterOverdue(event, { why: `quota: ${facts.errcode}` }, deps)
  return hold(event, facts, deps)
}

/** It waits for quota, all the same if that cannot be written. */
async function hold(event: Sent, facts: HoldFacts, deps: BatchDeps): Promise<string> {
  const { id, message } = event
  deps.log.debug('send.held', { id, ...facts })
  try {
    if (id !== undefined)
      await deps.deliveries.record(deliveryOf(id, 'parked', facts, event, deps), copyName(event.body))
  } catch (error) {
    deps.log.error('send.not-noted', { error, id, state: 'parked' })
  }
  const priority = message?.urgent ? 'urgent' : 'usual'
  deps.buffer.holdForQuota(event, queuedOf(event), { official: event.account.app.name, priority })
  return 'parked'
}

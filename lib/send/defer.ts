/** Defers events that were not sent, or may not have been: when to retry, and what the delivery says meanwhile. */

import { retryDelay } from '../retry-delay.ts'
import type { Delivery } from './delivery.ts'
import { idOf, templateOf } from './event-id.ts'
import type { Deferral, DeliveryFacts } from './outcome.ts'
import { isGivenUp } from './overdue.ts'
import type { QueuedEvent } from './ports.ts'
import { copyName } from './short-names.ts'
import type { Parsed, Sent } from './stages.ts'
import { secondsLeft } from './uncertainty.ts'
import { factsOf, isRecorded, type WaitReason, wechatAway } from './waiting.ts'
import type { BatchDeps } from './write-buffer.ts'

/** A message does not come to the second. */
const spareSeconds = 15
/** So near to a window's end there is time for a few tries, and none for many. */
const leastSeconds = 5
const minuteSeconds = 60

/** Nobody knows whether it was sent: it stays in the queue. Where SQS fails, the queue's own time does, which is within the window too. */
export async function retryUnanswered(event: Sent, deps: BatchDeps): Promise<string> {
  const seconds = delayOf(event, deps)
  deps.buffer.retry(event)
  recordDeferral(event, wechatAway, { seconds, hasSlot: false }, deps)
  try {
    await deps.events.retryIn(event.receiptHandle, seconds)
  } catch (error) {
    deps.log.warn('send.comes-later', { id: event.id, error })
  }
  return 'unanswered'
}

/** Surely not sent by this try: requeued as a new message, ever later, until people must look at it. */
export async function defer(event: Sent, deferral: Deferral, deps: BatchDeps): Promise<string> {
  const { leastSeconds: least, wait } = deferral
  if (isGivenUp(event, deps.now())) return deadLetterOverdue(event, deferral, deps)
  const seconds =
    wait === undefined
      ? Math.max(withinWindow(least, event, deps), delayOf(event, deps))
      : secondsUntil(wait.until, deps.now())
  const slot = wait?.slotAt === undefined ? {} : { slotAt: wait.slotAt }
  deps.buffer.requeue(event, { ...queuedOf(event), ...slot }, seconds)
  recordDeferral(event, deferral, { seconds, hasSlot: wait !== undefined }, deps)
  // What concerns one person says nothing of the others' messages.
  return deferral.cause === 'person' ? 'person-later' : 'put-off'
}

/** It waits for people, who move it back from the dead letters. */
export async function deadLetterOverdue(
  event: Sent,
  { why }: Pick<WaitReason, 'why'>,
  deps: BatchDeps,
): Promise<string> {
  await deps.events.deadLetter(event, `overdue: ${why}`, 'dead-letter')
  deps.log.error('send.overdue', { id: idOf(event.body), why })
  recordDeferral(event, { cause: 'operator', why: `it was dead-lettered as overdue: ${why}` }, { hasSlot: false }, deps)
  return 'overdue'
}

type Next = { readonly seconds?: number; readonly hasSlot: boolean }

/** Notes that it waits, and what its delivery is to say of that. */
function recordDeferral(event: Sent, why: WaitReason, next: Next, deps: BatchDeps): void {
  const { id, body, attempts, since, delivery: told, doubt, isUnreadable } = event
  const mayBeSent = doubt !== undefined
  deps.log.debug('send.waits', { id, cause: why.cause, why: why.why, errcode: why.errcode, seconds: next.seconds })
  // What is deferred once for a short time may be through in a moment.
  const isToTell = attempts > 1 || isLong(why, next)
  const hasChanged = isToTell && !isUnreadable && !isRecorded(told, why, mayBeSent)
  const waitingDelivery = (id: string) => ({
    ...deliveryOf(id, 'waiting', factsOf(why, mayBeSent), event, deps),
    ...dueAt(next, deps.now()),
  })
  if (told !== undefined && isRecorded(told, why, mayBeSent) && isOfTryBefore(told, event)) deps.buffer.publish(told)
  const news = id === undefined || !hasChanged ? {} : { news: { delivery: waitingDelivery(id), copy: copyName(body) } }
  deps.buffer.addWait({ cause: why.cause, since, hasSlot: next.hasSlot, ...news })
}

/** Whoever had this message before may have ended between the delivery and the bus, so the bus is told once more. */
function isOfTryBefore({ attempts }: Delivery, event: Sent): boolean {
  return event.receives > 1 && attempts === event.attempts - 1
}

/**
 * Tells whether a reader is to know at once that it waits; what an operator must mend takes minutes. In its slot it goes out
 * as it should, and what another invocation is at is no wait.
 */
function isLong({ cause }: WaitReason, { seconds = Number.POSITIVE_INFINITY, hasSlot }: Next): boolean {
  return cause !== 'ourselves' && !hasSlot && seconds >= minuteSeconds
}

function dueAt({ seconds }: Next, now: number): Pick<Delivery, 'nextTryAt'> {
  return seconds === undefined ? {} : { nextTryAt: new Date(now + seconds * 1000).toISOString() }
}

/** Seconds until the next try: within the window in which WeChat drops a second message, if there may be a first. */
function delayOf({ attempts, doubt, kind }: Sent, { now, random }: BatchDeps): number {
  const delay = retryDelay(attempts, random)
  if (doubt === undefined) return delay
  const left = secondsLeft(doubt, now(), kind.windowMs)
  // Past it nothing is to be caught any more: what is sent at-least-once is retried ever later, as all else.
  return left <= 0 ? delay : Math.max(leastSeconds, Math.min(delay, left - spareSeconds))
}

/** A long wait must not outlast the window in which a repeat settles what may have been sent; a minute's quota is worth it. */
function withinWindow(seconds: number, { doubt, kind }: Sent, { now }: BatchDeps): number {
  const left = doubt === undefined ? seconds : secondsLeft(doubt, now(), kind.windowMs) - spareSeconds
  return Math.min(seconds, Math.max(minuteSeconds, left))
}

function secondsUntil(at: number, now: number): number {
  return Math.max(0, Math.ceil((at - now) / 1000))
}

/** The event as it goes back into a queue: without a slot, which it may have missed. */
export function queuedOf({ body, attempts, since, group }: QueuedEvent): QueuedEvent {
  return { body, attempts, since, ...(group === undefined ? {} : { group }) }
}

/** The delivery of an event, as of now. */
export function deliveryOf(
  id: string,
  state: Delivery['state'],
  facts: DeliveryFacts,
  { attempts, account, message, body }: Pick<Parsed, 'attempts' | 'account' | 'message' | 'body'>,
  { now }: BatchDeps,
): Delivery {
  // What cannot be sent at all goes out by no account.
  const by = message === undefined ? {} : { official: account.app.appid }
  // Nobody looks for what WeChat took by its template.
  const template = state === 'accepted' ? undefined : templateOf(body)
  const named = template === undefined ? {} : { template }
  return { id, state, ...by, ...facts, ...named, attempts, at: new Date(now()).toISOString() }
}

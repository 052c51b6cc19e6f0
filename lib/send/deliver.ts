/** The fourth stage: the event's turn has come, and it is sent unless something speaks against it now. */

import type { BatchAttempt } from './batch-attempt.ts'
import { decide, decideOn, type Located } from './decide.ts'
import type { KindDeps, Message } from './kinds/kind.ts'
import { type Decision, deferForOurs, isAccepted, type Outcome } from './outcome.ts'
import type { Recipients, RecipientsDeps } from './recipients.ts'
import type { GateDeps, SendGate } from './send-gate.ts'
import { type MessageDeps, minuteFull, sendMessage } from './send-message.ts'
import type { Decided } from './stages.ts'

export type DeliverDeps = MessageDeps & RecipientsDeps & GateDeps & KindDeps

/** What all events of a batch share. */
export type BatchWays = {
  readonly recipients: Recipients
  /** Awaited before each call for an event. */
  readonly begin: BatchAttempt['begin']
}

/** Does what was decided. What was to be sent is decided once more: time has passed, and the gate may be closed by now. */
export async function deliver(event: Decided, ways: BatchWays, deps: DeliverDeps): Promise<Outcome> {
  if (!isToSend(event.decision)) return event.decision
  const now = decide(event, deps.now(), event.gate.state())
  if (!isToSend(now)) return now
  const isUncertain = event.uncertainty !== undefined || event.isUnderWay
  const barred = event.gate.bar(now.message, isUncertain)
  if (barred !== undefined) return barred
  const found = now.kind === 'locate' ? await locate(now, event, ways, deps) : now
  return found.kind === 'send' ? sendInSlot(found, { event, isUncertain }, ways, deps) : found
}

type ToSend = Extract<Decision, { readonly message: Message }>

function isToSend(decision: Decision): decision is ToSend {
  return decision.kind === 'send' || decision.kind === 'locate'
}

/** Asks whether somebody follows of whom the links have not heard; while our own side cannot be asked, the event waits. */
async function locate(
  { message, person }: Extract<Decision, { readonly kind: 'locate' }>,
  event: Decided,
  { recipients }: BatchWays,
  { log }: DeliverDeps,
): Promise<Located> {
  try {
    const found = await recipients.find(message.to, person, event.since)
    return 'wait' in found ? found.wait : decideOn(event, message, found.person)
  } catch (error) {
    const deferral = deferForOurs(error)
    log.error('send.not-found-out', { id: message.id, error })
    return deferral
  }
}

type Turn = { readonly event: Decided; readonly isUncertain: boolean }

/** Sends a message once the minute's quota has room for it. A repeat must not leave WeChat's window: it waits for no slot. */
async function sendInSlot(
  { message, openid }: Extract<Decision, { readonly kind: 'send' }>,
  { event, isUncertain }: Turn,
  { begin }: BatchWays,
  deps: DeliverDeps,
): Promise<Outcome> {
  const { gate, kind } = event
  const wait = isUncertain ? undefined : await gate.pace.wait(event)
  if (wait !== undefined) return { kind: 'deferred', leastSeconds: 0, ...minuteFull, wait }
  const outcome = await sendMessage({ kind, message, openid, isUncertain, begin }, deps)
  return heed(outcome, gate, isUncertain)
}

/** Lets the gate know what WeChat said; a message for which the minute is full gets a slot in another. */
async function heed(sent: Outcome, gate: SendGate, isUncertain: boolean): Promise<Outcome> {
  if (sent.kind === 'parked') await gate.close(sent.facts.errcode)
  if (isAccepted(sent)) gate.pace.accepted()
  if (sent.kind !== 'deferred' || sent.why !== minuteFull.why) return sent
  await gate.pace.refused()
  const wait = isUncertain || sent.possibleSend !== undefined ? undefined : await gate.pace.wait({})
  return wait === undefined ? sent : { ...sent, wait }
}

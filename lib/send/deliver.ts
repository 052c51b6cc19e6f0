/** Stage four: sends each event in its turn, unless something now prevents it. */

import { minuteFull } from './call-outcome.ts'
import { decide, decideOn } from './decide.ts'
import { deferForOurs, isAccepted, isToSend, type LookUp, type Outcome, type Send } from './outcome.ts'
import type { Recipients } from './recipients.ts'
import type { SendGate } from './send-gate.ts'
import { sendMessage } from './send-message.ts'
import type { Decided } from './stages.ts'
import type { BatchDeps } from './write-buffer.ts'

/** Does what was decided. What was to be sent is decided once more: time has passed, and the gate may be closed by now. */
export async function deliver(event: Decided, recipients: Recipients, deps: BatchDeps): Promise<Outcome> {
  const { gate } = event
  if (!isToSend(event.decision)) return event.decision
  const decision = decide(event, deps.now(), gate.state())
  if (!isToSend(decision)) return decision
  const hold = gate.holdReason(decision.message, mayBeSent(event))
  if (hold !== undefined) return hold
  const resolved = decision.kind === 'look-up' ? await lookUp(decision, event, { recipients, deps }) : decision
  if (!isToSend(resolved)) return resolved
  deps.log.debug('send.resolved', { id: resolved.message.id, isAsked: decision.kind === 'look-up' })
  return sendInSlot(resolved, event, deps)
}

/** A repeat must not leave WeChat's window: it is not held back. */
function mayBeSent({ uncertainty, isInFlight }: Decided): boolean {
  return uncertainty !== undefined || isInFlight
}

type Asked = { readonly recipients: Recipients; readonly deps: BatchDeps }

/** Asks whether somebody follows of whom the links have not heard; while our own side cannot be asked, the event waits. */
async function lookUp(
  { message, person }: LookUp,
  event: Decided,
  { recipients, deps }: Asked,
): Promise<Send | Outcome> {
  try {
    const found = await recipients.find(message.to, person, event.since)
    return 'wait' in found ? found.wait : decideOn(event.kind, message, found.person)
  } catch (error) {
    const deferral = deferForOurs(error)
    deps.log.error('send.not-found-out', { id: message.id, error })
    return deferral
  }
}

/** Sends a message once the minute's quota has room for it. */
async function sendInSlot({ message, openid }: Send, event: Decided, deps: BatchDeps): Promise<Outcome> {
  const { gate, kind } = event
  const isUncertain = mayBeSent(event)
  const wait = isUncertain ? undefined : await gate.pace.wait(event)
  if (wait !== undefined) return { kind: 'deferred', leastSeconds: 0, ...minuteFull, wait }
  return updateGate(await sendMessage({ kind, message, openid, isUncertain }, deps), gate, isUncertain)
}

/** Lets the gate know what WeChat said; a message for which the minute is full gets a slot in another. */
async function updateGate(sent: Outcome, gate: SendGate, isUncertain: boolean): Promise<Outcome> {
  if (sent.kind === 'parked') await gate.close(sent.facts.errcode)
  if (isAccepted(sent)) gate.pace.accepted()
  if (sent.kind !== 'deferred' || sent.why !== minuteFull.why) return sent
  await gate.pace.refused()
  const wait = isUncertain || sent.possibleSend !== undefined ? undefined : await gate.pace.wait({})
  return wait === undefined ? sent : { ...sent, wait }
}

/** Whether, and to whom, an event is sent now; and the send. */

import type { Person } from '../followers/link.ts'
import { reachOf } from '../followers/link.ts'
import { putOffForOurs, unreadable } from './put-offs.ts'
import { mayFollow, type Recipients, type RecipientsDeps } from './recipients.ts'
import type { GateDeps, SendGate } from './send-gate.ts'
import { type MessageDeps, minuteFull, type SendOutcome, sendMessage } from './send-message.ts'
import type { TemplateMessage } from './template-message.ts'
import { isForPeople, type Uncertainty } from './uncertainty.ts'

export type DeliverDeps = MessageDeps & RecipientsDeps & GateDeps

/** An event of the batch; `person` is undefined if their row cannot be read, `since` is when (ms) it was pushed. */
export type Planned = {
  readonly message: TemplateMessage
  readonly person: Person | undefined
  readonly uncertainty: Uncertainty | undefined
  /** Whether another invocation may be sending it just now. */
  readonly isUnderWay: boolean
  readonly since: number
  /** The slot (ms) that it came with. */
  readonly slotAt?: number
}

/** What all events of a batch share. */
export type BatchContext = {
  readonly gate: SendGate
  readonly recipients: Recipients
  readonly begin: () => Promise<void>
}

/** Sends an event, unless something speaks against it. */
export async function deliver(planned: Planned, context: BatchContext, deps: DeliverDeps): Promise<SendOutcome> {
  const { message, person, uncertainty, isUnderWay, since } = planned
  const isUncertain = uncertainty !== undefined || isUnderWay
  const decided = decide(planned, deps.now()) ?? context.gate.bar(message, isUncertain)
  if (decided !== undefined) return decided
  if (person === undefined) return unreadable('the link of this person')
  const isToFind = mayFollow(message.to, person)
  const found = isToFind ? await find({ message, person, since }, context, deps) : { person }
  if ('wait' in found) return found.wait
  const reach = reachOf(message.to, found.person)
  if (reach !== 'reachable' || found.person.openid === undefined) return dropped(reach)
  const { gate, begin } = context
  // A repeat must not leave WeChat's window: it waits for no slot.
  const wait = isUncertain ? undefined : await gate.pace.wait(planned)
  if (wait !== undefined) return { kind: 'refused', leastSeconds: 0, ...minuteFull, wait }
  const sent = await sendMessage(message, found.person.openid, { ...deps, isUncertain, begin })
  return heed(sent, gate, isUncertain)
}

type Sought = Pick<Planned, 'message' | 'since'> & { readonly person: Person }

/** Looks for somebody of whom the links have not heard; while our own side cannot be asked, the event waits. */
async function find({ message, person, since }: Sought, { recipients }: BatchContext, { log }: DeliverDeps) {
  try {
    return await recipients.find(message.to, person, since)
  } catch (error) {
    const wait = putOffForOurs(error)
    log.error('send.not-found-out', { id: message.id, error })
    return { wait }
  }
}

/** Lets the gate know what WeChat said; a message for which the minute is full gets a slot in another. */
async function heed(sent: SendOutcome, gate: SendGate, isUncertain: boolean): Promise<SendOutcome> {
  if (sent.kind === 'parked') await gate.close(sent.facts.errcode)
  if (sent.kind === 'ended' && sent.state === 'accepted') gate.pace.accepted()
  if (sent.kind !== 'refused' || sent.why !== minuteFull.why) return sent
  await gate.pace.refused()
  const wait = isUncertain || sent.possibleSend !== undefined ? undefined : await gate.pace.wait({})
  return wait === undefined ? sent : { ...sent, wait }
}

/** What is known without asking anybody: that it must not be sent, or not any more. */
function decide({ message, person, uncertainty }: Planned, now: number): SendOutcome | undefined {
  if (message.expiresAt !== undefined && message.expiresAt <= now) return dropped('expired')
  if (isForPeople(uncertainty, message.doubt, now)) {
    const reason = `a try of over ten minutes ago may have sent it (${uncertainty?.why})`
    return { kind: 'ended', state: 'in-doubt', facts: { reason } }
  }
  if (person === undefined || mayFollow(message.to, person)) return undefined
  const reach = reachOf(message.to, person)
  return reach === 'reachable' ? undefined : dropped(reach)
}

function dropped(reason: string): SendOutcome {
  return { kind: 'ended', state: 'dropped', facts: { reason } }
}

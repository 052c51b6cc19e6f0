/** Stage three: decides what to do with each event, from loaded data only. No calls, no writes. */

import type { Person } from '../followers/link.ts'
import type { Message, MessageKind } from './kinds/kind.ts'
import { type Decision, deferUnreadable, ended, type Outcome, type Send } from './outcome.ts'
import { type GateState, quotaHold } from './send-gate.ts'
import type { Loaded } from './stages.ts'
import { isForPeople } from './uncertainty.ts'

/** Decides on an event at an instant (ms), with the gate as it stands then; the first rule that applies counts. */
export function decide(event: Loaded, now: number, gate: GateState): Decision {
  const { kind, message, person, problem = '' } = event
  if (event.deferral !== undefined) return event.deferral
  if (message === undefined) return ended('rejected', { reason: problem })
  if (event.isDone) return { kind: 'repeated' }
  if (event.isUnreadable) return deferUnreadable('its delivery')
  const hold = endBeforeSend(event, message, now) ?? quotaHold(gate, message.urgent, now)
  if (hold !== undefined) return hold
  if (person === undefined) return deferUnreadable('the link of this person')
  const to = kind.recipientOf(person)
  return 'openid' in to ? { kind: 'send', message, openid: to.openid } : { kind: 'look-up', message, person }
}

/** Decides on a person as WeChat knows them: now it is certain who does not follow. */
export function decideOn(kind: MessageKind, message: Message, person: Person): Send | Outcome {
  const to = kind.recipientOf(person)
  return 'openid' in to ? { kind: 'send', message, openid: to.openid } : ended('dropped', { reason: to.reason })
}

/** Tells whether it is too late (ms) to send a message. */
export function isExpired({ expiresAt }: Message, now: number): boolean {
  return expiresAt !== undefined && expiresAt <= now
}

/** That it must not be sent, or not any more. */
function endBeforeSend({ kind, uncertainty, person }: Loaded, message: Message, now: number): Outcome | undefined {
  if (isExpired(message, now)) return ended('dropped', { reason: 'expired' })
  if (isForPeople(uncertainty, message.doubt, now, kind.windowMs)) {
    return ended('in-doubt', { reason: `a try of over ten minutes ago may have sent it (${uncertainty?.why})` })
  }
  const to = person === undefined ? undefined : kind.recipientOf(person)
  return to !== undefined && 'reason' in to && to.isCertain ? ended('dropped', { reason: to.reason }) : undefined
}

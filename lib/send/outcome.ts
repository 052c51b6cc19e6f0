/** The possible outcomes of one try to send a message. */

import type { Person } from '../followers/link.ts'
import type { OpenId } from '../identifiers.ts'
import type { SlotWait } from './batch-pace.ts'
import type { Delivery } from './delivery.ts'
import type { Message } from './kinds/kind.ts'
import { reasonOfOurs } from './own-failure.ts'
import type { PossibleSend } from './uncertainty.ts'
import type { WaitReason } from './waiting.ts'

type EndState = 'accepted' | 'dropped' | 'rejected' | 'in-doubt'
export type DeliveryFacts = Pick<Delivery, 'reason' | 'errcode' | 'rid' | 'msgid'>

/** Surely not sent by this try: it comes back when its `wait` is over, or after so many seconds at least. */
export type Deferral = WaitReason & {
  readonly kind: 'deferred'
  readonly leastSeconds: number
  readonly wait?: SlotWait
}

/**
 * What a try came to. After `unanswered` nobody knows whether it was sent; `parked` waits until there is quota again behind
 * the errcode; `repeated` had its end before.
 *
 * `possibleSend` is set where the message may be on the phone although this outcome does not say so.
 */
export type Outcome = { readonly possibleSend?: PossibleSend } & (
  | { readonly kind: 'ended'; readonly state: EndState; readonly facts: DeliveryFacts }
  | { readonly kind: 'parked'; readonly facts: DeliveryFacts & { readonly errcode: number } }
  | { readonly kind: 'unanswered'; readonly possibleSend: PossibleSend }
  | { readonly kind: 'repeated' }
  | Deferral
)

export type Send = { readonly kind: 'send'; readonly message: Message; readonly openid: OpenId }
/** A question first: does this person follow? */
export type LookUp = { readonly kind: 'look-up'; readonly message: Message; readonly person: Person }

/** What is to happen; an outcome needs no call. */
export type Decision = Send | LookUp | Outcome

export function isToSend<D extends Decision>(decision: D): decision is Exclude<D, Outcome> {
  return decision.kind === 'send' || decision.kind === 'look-up'
}

export function ended(state: EndState, facts: DeliveryFacts): Outcome {
  return { kind: 'ended', state, facts }
}

export function isAccepted(outcome: Outcome): boolean {
  return outcome.kind === 'ended' && outcome.state === 'accepted'
}

/** Until somebody has mended it, or there is quota again, trying more often only adds noise. */
const longSeconds = 150

/** Defers for a cause: ever later if it may pass in a moment, and for minutes if it does not. */
export function deferFor(reason: WaitReason): Deferral {
  const isLong = reason.cause === 'operator' || reason.cause === 'quota'
  return { kind: 'deferred', leastSeconds: isLong ? longSeconds : 0, ...reason }
}

/** Defers until somebody has mended what is named. */
export function deferUnreadable(what: string): Deferral {
  return deferFor({ cause: 'operator', why: `${what} cannot be read` })
}

/** Defers for a failure of ours before any call; throws the error again if it is a bug, as far as anybody knows. */
export function deferForOurs(error: unknown): Deferral {
  const reason = reasonOfOurs(error)
  if (reason === undefined) throw error
  return deferFor(reason)
}

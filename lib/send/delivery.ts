/** The states of a delivery, as in `GET /deliveries/{id}`. */

import type { OfficialAppId } from '../identifiers.ts'
import type { Uncertainty } from './uncertainty.ts'

export const deliveryStates = [
  'accepted',
  'delivered',
  'blocked',
  'failed',
  'dropped',
  'rejected',
  'waiting',
  'parked',
  'in-doubt',
] as const
type DeliveryState = (typeof deliveryStates)[number]

/** Those that `GET /deliveries` lists: whatever is not simply on its way to a phone, or there. */
export const listedStates = [
  'waiting',
  'parked',
  'in-doubt',
  'rejected',
  'dropped',
  'failed',
  'blocked',
] as const satisfies readonly DeliveryState[]
export type ListedState = (typeof listedStates)[number]

/**
 * `official` is the account that it went out by, or is to; `at` is the instant of the state, `nextTryAt` when what waits was to be tried next as the state was written, both RFC
 * 3339; `msgid` is WeChat's, 64 bits as text. `template` is what the event names, by name or WeChat's id; of what WeChat took
 * it is not kept.
 */
export type Delivery = {
  readonly id: string
  readonly state: DeliveryState
  readonly official?: OfficialAppId
  readonly reason?: string
  readonly errcode?: number
  readonly rid?: string
  readonly msgid?: string
  readonly attempts: number
  readonly at: string
  readonly nextTryAt?: string
  readonly template?: string
}

/** A delivery in a list: of what a receipt says the event may not be known, only the msgid. */
export type ListedDelivery = Omit<Delivery, 'id' | 'attempts' | 'state'> & {
  readonly id?: string
  readonly attempts?: number
  readonly state: ListedState
}

/** What the store has of an event: its delivery, once it has a state, and whether a call may have sent it all the same. */
export type DoneMark =
  | { readonly delivery?: Delivery; readonly uncertainty?: Uncertainty; readonly isUnreadable?: false }
  /** The row is damaged: what it says is not known, so nothing may be sent on its ground. */
  | { readonly isUnreadable: true; readonly delivery?: never; readonly uncertainty?: never }

const sentStates: ReadonlySet<DeliveryState> = new Set(['accepted', 'delivered', 'blocked', 'failed', 'in-doubt'])

/** Tells whether the message is, or may be, on a phone already: then its event is never sent again. */
export function isSent(delivery: Delivery | undefined): boolean {
  return delivery !== undefined && sentStates.has(delivery.state)
}

/** An event id: 1 to 128 of letters, digits and `. _ : @ = + -`. */
export const eventIdPattern = /^[A-Za-z0-9._:@=+-]{1,128}$/

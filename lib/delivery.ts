/** What became of an event: the states of `GET /deliveries/{id}`. */

type DeliveryState = 'accepted' | 'delivered' | 'blocked' | 'failed' | 'dropped' | 'rejected' | 'parked' | 'in-doubt'

/** `at` is the instant of the state, RFC 3339; `msgid` is WeChat's, 64 bits as text. */
export type Delivery = {
  readonly id: string
  readonly state: DeliveryState
  readonly reason?: string
  readonly errcode?: number
  readonly rid?: string
  readonly msgid?: string
  readonly attempts: number
  readonly at: string
}

/** By which receive of which queue message an event was parked, and since when (ms) an earlier try may have sent it. */
export type Parking = { readonly receive: string; readonly doubtSince?: number }

/** A delivery, and while it is parked by whom: each copy of an event is parked on its own. */
export type DoneMark = Delivery & { readonly parkings?: readonly Parking[] }

const sentStates: ReadonlySet<DeliveryState> = new Set(['accepted', 'delivered', 'blocked', 'failed', 'in-doubt'])

/** Tells whether the message is, or may be, on a phone already: then its event is never sent again. */
export function isSent(delivery: Delivery | undefined): boolean {
  return delivery !== undefined && sentStates.has(delivery.state)
}

/** The state that a TEMPLATESENDJOBFINISH status stands for (CONTRACT.md section 11.6). */
export function stateOfReceipt(status: string): Pick<Delivery, 'state' | 'reason'> {
  const text = status.trim().toLowerCase()
  if (text === 'success') return { state: 'delivered' }
  const reason = text.replace(/^failed:\s*/, '').slice(0, 100)
  return reason === 'user block' ? { state: 'blocked', reason } : { state: 'failed', reason }
}

/** An event id: 1 to 128 of letters, digits and `. _ : @ = + -`. */
export const eventIdPattern = /^[A-Za-z0-9._:@=+-]{1,128}$/

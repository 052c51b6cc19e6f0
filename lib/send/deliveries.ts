/** Returns the state of a delivery to business systems. */

import type { Apps } from '../apps.ts'
import { RequestError } from '../errors.ts'
import { eventIdPattern } from './delivery.ts'
import type { DeliveryStore } from './ports.ts'
import { type ShownDelivery, shown } from './shown-delivery.ts'

export type DeliveriesDeps = { readonly deliveries: Pick<DeliveryStore, 'find'>; readonly apps: Apps }

/** Finds a delivery by the event's id; throws RequestError `delivery-id-invalid` or `delivery-unknown`. */
export async function getDelivery(id: string, { deliveries, apps }: DeliveriesDeps): Promise<ShownDelivery> {
  if (!eventIdPattern.test(id)) {
    throw new RequestError('delivery-id-invalid', 400, 'An event id is 1 to 128 of letters, digits and . _ : @ = + -')
  }
  const delivery = await deliveries.find(id)
  if (delivery === undefined) {
    throw new RequestError(
      'delivery-unknown',
      404,
      'Nothing is written of this event: it was not seen or not worked on yet, comes again in a moment, or is older than 15 days.',
    )
  }
  return shown(delivery, apps)
}

/** A delivery as others see it: the account by its name. */

import { type AppName, type Apps, findAppById } from '../apps.ts'
import type { Delivery } from './delivery.ts'

/** `from` is the Official Account that it went out by, or is to; the appid of one that is no longer in the list. */
export type ShownDelivery = Omit<Delivery, 'official'> & { readonly from?: AppName }

/** Shows a delivery. */
export function shown({ official, ...delivery }: Delivery, apps: Apps): ShownDelivery {
  if (official === undefined) return delivery
  return { ...delivery, from: findAppById(apps, official)?.name ?? official }
}

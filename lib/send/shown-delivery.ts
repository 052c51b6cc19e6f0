/** A delivery as others see it: the account by its name. */

import { type AppName, type Apps, findAppById } from '../apps.ts'
import type { Delivery } from './delivery.ts'

/** `from` is the Official Account that it went out by, or is to; the appid of one that is no longer in the list. */
type Shown<D> = Omit<D, 'official'> & { readonly from?: AppName }
export type ShownDelivery = Shown<Delivery>

/** Shows a delivery. */
export function shown<D extends Pick<Delivery, 'official'>>({ official, ...delivery }: D, apps: Apps): Shown<D> {
  if (official === undefined) return delivery
  return { ...delivery, from: findAppById(apps, official)?.name ?? official }
}

/**
 * The canary: an hourly message to a phone of the operator, through the normal queue, and the check of the previous one.
 */

import type { Now, Queue } from '../ports.ts'
import type { ValueCheck } from './deps.ts'
import { parseTemplateMessage } from './kinds/template-event.ts'
import type { DeliveryStore } from './ports.ts'
import type { TemplateList } from './template-list.ts'

export type CanaryDeps = {
  /** An event as JSON, but for its id and its end. */
  readonly event: string
  readonly templates: () => TemplateList
  readonly values: ValueCheck
  readonly deliveries: Pick<DeliveryStore, 'find'>
  readonly events: Queue<CanaryEvent>
  readonly now: Now
}

/** What is pushed: the event with its id and its end. */
export type CanaryEvent = Readonly<Record<string, unknown>> & { readonly id: string; readonly expiresAt: string }

const hourMs = 3_600_000

/**
 * Pushes the event of this hour, unless something is known of it already, and looks at that of the hour before. Answers what
 * is wrong there; undefined if it was delivered, or none was pushed. Throws RequestError for an event that `send` would reject.
 */
export async function flyCanary(deps: CanaryDeps): Promise<string | undefined> {
  await pushThisHours(deps)
  const { deliveries, now } = deps
  const delivery = await deliveries.find(canaryId(now() - hourMs))
  if (delivery !== undefined) return delivery.state === 'delivered' ? undefined : delivery.state
  // In the first hour there was none before; once there was, each hour has one.
  const earlier = await deliveries.find(canaryId(now() - 2 * hourMs))
  return earlier === undefined ? undefined : 'lost'
}

/** The id of an hour's event: who pushes it twice sends it once. */
export function canaryId(at: number): string {
  return `self-check:${new Date(at).toISOString().slice(0, 13)}`
}

async function pushThisHours({ event, templates, values, deliveries, events, now }: CanaryDeps): Promise<void> {
  const id = canaryId(now())
  if ((await deliveries.find(id)) !== undefined) return
  // After an outage the phone gets one, and not one for each hour.
  const message = { ...JSON.parse(event), id, expiresAt: new Date(now() + hourMs).toISOString() }
  parseTemplateMessage(JSON.stringify(message), templates(), values)
  await events.push([message])
}

/**
 * The canary: an hourly message to a phone of the operator, through the normal queue, and the check of the previous one.
 */

import { RequestError } from '../errors.ts'
import type { Now, Queue } from '../ports.ts'
import { problemOf, type Stage } from './parse.ts'
import type { DeliveryStore } from './ports.ts'

export type CanaryDeps = {
  /** An event as JSON, but for its id and its end. */
  readonly event: string
  /** The accounts of the stage with their templates; throws ConfigError where a list has a mistake. */
  readonly stage: () => Stage
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

async function pushThisHours({ event, stage, deliveries, events, now }: CanaryDeps): Promise<void> {
  const id = canaryId(now())
  if ((await deliveries.find(id)) !== undefined) return
  // After an outage the phone gets one, and not one for each hour.
  const message = { ...JSON.parse(event), id, expiresAt: new Date(now() + hourMs).toISOString() }
  const problem = problemOf(JSON.stringify(message), stage())
  if (problem !== undefined) throw new RequestError('event-invalid', 400, problem)
  await events.push([message])
}

/** Publishes final and waiting states to the event bus, if the deployment names one. */

import { NotPublishedError } from '../errors.ts'
import type { Delivery } from './delivery.ts'
import type { StageDeps } from './deps.ts'

const published: ReadonlySet<Delivery['state']> = new Set([
  'accepted',
  'delivered',
  'blocked',
  'failed',
  'dropped',
  'rejected',
  'waiting',
])

/** Publishes those that a bus is told of; what it could not take is told to ops, for the deliveries themselves are kept. */
export async function publishResults(
  deliveries: readonly Delivery[],
  { results, log }: Pick<StageDeps, 'results' | 'log'>,
): Promise<void> {
  const told = deliveries.filter(it => published.has(it.state))
  if (results === undefined || told.length === 0) return
  try {
    await results.publish(told)
  } catch (error) {
    const ids = error instanceof NotPublishedError ? error.ids : told.map(it => it.id)
    log.error('results.not-published', { error, ids: ids.slice(0, 100) })
  }
}

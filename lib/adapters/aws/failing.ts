/** How long a consumer's failed records have been failing. */

import type { SQSRecord } from 'aws-lambda'

import type { Gauges } from '../../ports.ts'

/**
 * Reports the seconds since the oldest of them was first received. The age of a queue's oldest message does not show
 * this: SQS excludes messages that were received three times, and deferred messages must not count here.
 */
export function reportFailing(failedRecords: readonly SQSRecord[], metrics: Gauges): void {
  const [record] = failedRecords
  if (record === undefined) return
  const first = Math.min(...failedRecords.map(it => Number(it.attributes.ApproximateFirstReceiveTimestamp)))
  const queue = record.eventSourceARN.split(':').at(-1) ?? ''
  const seconds = Math.max(0, Math.round((Date.now() - first) / 1000))
  metrics.gauge('FailingSeconds', seconds, { queue })
}

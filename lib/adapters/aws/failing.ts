/** For how long the records have failed that a consumer gives back. */

import type { SQSRecord } from 'aws-lambda'

import type { Gauges } from '../../ports.ts'

/**
 * Tells ops how many seconds ago the first of them was received first. The age of a queue's oldest message does not say it:
 * SQS leaves out there what was received three times, and here nothing that only waited counts.
 */
export function tellFailing(givenBack: readonly SQSRecord[], metrics: Gauges): void {
  const [record] = givenBack
  if (record === undefined) return
  const first = Math.min(...givenBack.map(it => Number(it.attributes.ApproximateFirstReceiveTimestamp)))
  const queue = record.eventSourceARN.split(':').at(-1) ?? ''
  const seconds = Math.max(0, Math.round((Date.now() - first) / 1000))
  metrics.gauge('FailingSeconds', seconds, { queue })
}

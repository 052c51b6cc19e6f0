/** Parses a record of the events queue for the sender. */

import type { SQSMessageAttributes, SQSRecord } from 'aws-lambda'

import type { Received } from '../../send/stages.ts'

/** SQS keeps a message for at most 14 days in each queue. */
const oldestMs = 60 * 86_400_000
/** The allowed difference between the clocks of SQS and of the producer. */
const skewMs = 60_000
/** The longest delay of SQS, so no send slot is further ahead. */
const longestDelayMs = 900_000
const mostAttempts = 1_000_000

/**
 * Parses a record. A requeued event has attributes of ours, but a producer may set any: values that cannot be ours are
 * ignored, because they say nothing about the event itself.
 */
export function arrivalOf({ body, messageId, receiptHandle, attributes, messageAttributes }: SQSRecord): Received {
  const receives = Number(attributes.ApproximateReceiveCount)
  const pushedAt = Number(attributes.SentTimestamp)
  const instant = (name: string) => wholeNumber(messageAttributes, name, [pushedAt - oldestMs, pushedAt + skewMs])
  const group = attributes.MessageGroupId
  const slotAt = wholeNumber(messageAttributes, 'slotAt', [pushedAt - skewMs, pushedAt + longestDelayMs + skewMs])
  return {
    body,
    receiptHandle,
    messageId,
    receives,
    attempts: (wholeNumber(messageAttributes, 'attempts', [0, mostAttempts]) ?? 0) + receives,
    since: instant('since') ?? pushedAt,
    ...(slotAt === undefined ? {} : { slotAt }),
    ...(group === undefined ? {} : { group }),
  }
}

type Range = readonly [least: number, most: number]

function wholeNumber(attributes: SQSMessageAttributes, name: string, [least, most]: Range): number | undefined {
  const text = attributes[name]?.stringValue
  if (text === undefined || !/^\d{1,15}$/.test(text)) return undefined
  const value = Number(text)
  return value >= least && value <= most ? value : undefined
}

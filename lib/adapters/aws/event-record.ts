/** A record of the events queue as the sender takes it up. */

import type { SQSMessageAttributes, SQSRecord } from 'aws-lambda'

import type { Received } from '../../send/stages.ts'

/** No message is older than the 14 days of each queue it was in. */
const oldestMs = 60 * 86_400_000
/** By how much the clocks of SQS and of who pushed may differ. */
const skewMs = 60_000
/** SQS holds a message back for no longer, so no slot lies further ahead. */
const longestDelayMs = 900_000
const mostAttempts = 1_000_000

/**
 * Reads a record. Its attributes are ours where an event was pushed again, and anybody's else: one that cannot be one of
 * ours is passed over, for it says nothing of the event.
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

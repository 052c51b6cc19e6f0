import type { Message, MessageAttributeValue } from '@aws-sdk/client-sqs'
import type { SQSEvent, SQSMessageAttribute, SQSRecord } from 'aws-lambda'
import * as v from 'valibot'

/** The source of a batch's messages, as Lambda names it in each record. */
export type BatchSource = {
  queueArn: string
  region: string
}

/** The result of a batch: the messages to delete, and why the others stay if the function did not name them itself. */
export type BatchVerdict = {
  done: Message[]
  problem?: string
}

const answerSchema = v.object({
  batchItemFailures: v.nullish(v.array(v.object({ itemIdentifier: v.pipe(v.string(), v.nonEmpty()) }))),
})

/** Builds the event that Lambda would hand to the function for these messages. */
export function toSqsEvent(messages: readonly Message[], source: BatchSource): SQSEvent {
  return { Records: messages.map(message => toRecord(message, source)) }
}

/**
 * Reads a function's answer as Lambda does: messages not in `batchItemFailures` are done; an unreadable answer, or one
 * that names a message outside the batch, fails the whole batch.
 */
export function judgeAnswer(answer: string, messages: readonly Message[]): BatchVerdict {
  if (isEmptyAnswer(answer)) return { done: [...messages] }
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), answerSchema), answer)
  if (!parsed.success) return { done: [], problem: `an answer that is not a batch response: ${answer.slice(0, 200)}` }

  const failed = new Set((parsed.output.batchItemFailures ?? []).map(failure => failure.itemIdentifier))
  const unknown = [...failed].find(id => !messages.some(message => message.MessageId === id))
  if (unknown !== undefined) return { done: [], problem: `an itemIdentifier that is not in the batch: ${unknown}` }
  return { done: messages.filter(message => !failed.has(message.MessageId ?? '')) }
}

/** Lambda takes an empty or null answer for full success. */
function isEmptyAnswer(answer: string): boolean {
  return answer === '' || answer === 'null'
}

function toRecord(message: Message, source: BatchSource): SQSRecord {
  const { SenderId = '', SentTimestamp = '0', ApproximateReceiveCount = '1', ...others } = message.Attributes ?? {}
  return {
    messageId: message.MessageId ?? '',
    receiptHandle: message.ReceiptHandle ?? '',
    body: message.Body ?? '',
    attributes: {
      SenderId,
      SentTimestamp,
      ApproximateReceiveCount,
      ApproximateFirstReceiveTimestamp: others.ApproximateFirstReceiveTimestamp ?? SentTimestamp,
      ...others,
    },
    messageAttributes: Object.fromEntries(
      Object.entries(message.MessageAttributes ?? {}).map(([name, value]) => [name, toAttribute(value)]),
    ),
    md5OfBody: message.MD5OfBody ?? '',
    ...(message.MD5OfMessageAttributes ? { md5OfMessageAttributes: message.MD5OfMessageAttributes } : {}),
    eventSource: 'aws:sqs',
    eventSourceARN: source.queueArn,
    awsRegion: source.region,
  }
}

function toAttribute(value: MessageAttributeValue): SQSMessageAttribute {
  return {
    ...(value.StringValue === undefined ? {} : { stringValue: value.StringValue }),
    ...(value.BinaryValue === undefined ? {} : { binaryValue: Buffer.from(value.BinaryValue).toString('base64') }),
    stringListValues: [],
    binaryListValues: [],
    dataType: value.DataType ?? 'String',
  }
}

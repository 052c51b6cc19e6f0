/** The queues, addressed by name: the URL is asked for once, so that no template has to spell it per partition. */

import {
  ChangeMessageVisibilityCommand,
  GetQueueUrlCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  type SendMessageCommandInput,
  SQSClient,
} from '@aws-sdk/client-sqs'

import { inRuns } from '../pool.ts'
import type { ConsumedQueue, EventQueue, Queue } from '../ports.ts'

type QueueClient = {
  send(rest: Omit<SendMessageCommandInput, 'QueueUrl'>): Promise<void>
  readonly sqs: SQSClient
  url(): Promise<string>
}

/** Creates a queue of JSON messages; throws if SQS refused any of them. */
export function createQueue(name: string): Queue {
  const queue = open(name)
  return {
    async push(messages, delaySeconds = 0) {
      const QueueUrl = await queue.url()
      // SQS takes ten messages a call.
      for (const run of inRuns(messages, 10)) {
        const Entries = run.map((it, index) => ({
          Id: `${index}`,
          MessageBody: JSON.stringify(it),
          DelaySeconds: delaySeconds,
        }))
        const { Failed = [] } = await queue.sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }))
        if (Failed.length > 0) throw new Error(`SQS refused ${Failed.length} messages for ${name}: ${Failed[0]?.Code}`)
      }
    },
  }
}

/** Creates the consumer's side of a queue. */
export function createConsumedQueue(name: string): ConsumedQueue {
  return consumed(open(name))
}

/** Creates the consumer's side of the events queue; its dead-letter queue has the same name with `-dlq`. */
export function createEventQueue(name: string): EventQueue {
  const events = open(name)
  const deadLetters = open(`${name}-dlq`)
  return {
    ...consumed(events),
    setAside(body, reason) {
      return deadLetters.send({ MessageBody: body, MessageAttributes: { reason: text(reason) } })
    },
    pushAgain({ body, attempts, doubtSince }, delaySeconds) {
      const doubt = doubtSince === undefined ? {} : { doubtSince: text(`${doubtSince}`) }
      const MessageAttributes = { attempts: text(`${attempts}`), ...doubt }
      return events.send({ MessageBody: body, DelaySeconds: delaySeconds, MessageAttributes })
    },
  }
}

function consumed({ sqs, url }: QueueClient): ConsumedQueue {
  return {
    async comeAgain(receiptHandle, seconds) {
      const request = { QueueUrl: await url(), ReceiptHandle: receiptHandle, VisibilityTimeout: seconds }
      await sqs.send(new ChangeMessageVisibilityCommand(request))
    },
  }
}

function open(name: string): QueueClient {
  const sqs = new SQSClient({})
  let found: Promise<string> | undefined
  const ask = async () => {
    const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: name }))
    if (QueueUrl === undefined) throw new Error(`SQS has no queue ${name}`)
    return QueueUrl
  }
  const url = () => {
    found ??= ask().catch(error => {
      found = undefined
      throw error
    })
    return found
  }
  return {
    sqs,
    url,
    async send(rest) {
      await sqs.send(new SendMessageCommand({ QueueUrl: await url(), ...rest }))
    },
  }
}

function text(value: string) {
  return { DataType: 'String', StringValue: value }
}

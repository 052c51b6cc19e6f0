/** The queues, addressed by name: the URL is asked for once, so that no template has to spell it per partition. */

import {
  ChangeMessageVisibilityCommand,
  GetQueueUrlCommand,
  SendMessageBatchCommand,
  type SendMessageBatchRequestEntry,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs'

import { inParallel } from '../pool.ts'
import type { ConsumedQueue, EventAgain, EventQueue, Queue } from '../ports.ts'

export type QueueClient = {
  readonly sqs: SQSClient
  url(): Promise<string>
  /** Sends any number of messages, ten a call; throws if SQS refused any. */
  sendAll(entries: readonly Entry[]): Promise<void>
}

/** SQS takes ten messages a call, of 256 KB together. */
const runSize = 10
const runBytes = 240_000
const callsAtOnce = 5

/** Creates a queue of JSON messages; throws if SQS refused any of them. */
export function createQueue(name: string): Queue {
  const queue = openQueue(name)
  return {
    push: (messages, delaySeconds = 0) =>
      queue.sendAll(messages.map(it => ({ MessageBody: JSON.stringify(it), DelaySeconds: delaySeconds }))),
  }
}

/** Creates the consumer's side of a queue. */
export function createConsumedQueue(name: string): ConsumedQueue {
  return consumed(openQueue(name))
}

/** Creates the consumer's side of the events queue; what is laid aside goes to queues of its name with an ending. */
export function createEventQueue(name: string): EventQueue {
  const events = openQueue(name)
  const aside = { 'dead-letter': openQueue(`${name}-dlq`), review: openQueue(`${name}-review`) }
  const parked = { urgent: openQueue(`${name}-parked-urgent`), usual: openQueue(`${name}-parked`) }
  return {
    ...consumed(events),
    async setAside(body, reason, where) {
      const { sqs, url } = aside[where]
      const MessageAttributes = { reason: text(reason) }
      await sqs.send(new SendMessageCommand({ QueueUrl: await url(), MessageBody: body, MessageAttributes }))
    },
    pushAgain: list =>
      events.sendAll(list.map(({ event, delaySeconds }) => ({ ...entryOf(event), DelaySeconds: delaySeconds }))),
    async park(list) {
      for (const [kind, group] of Map.groupBy(list, it => it.kind))
        await parked[kind].sendAll(group.map(it => entryOf(it.event)))
    },
  }
}

/** The message of an event that was tried before; `arrivalOf` in functions/send.ts reads it. */
function entryOf({ body, attempts, since, doubtSince, slotAt }: EventAgain) {
  const slot = slotAt === undefined ? {} : { slotAt: text(`${Math.round(slotAt)}`) }
  const doubt = doubtSince === undefined ? {} : { doubtSince: text(`${doubtSince}`) }
  return {
    MessageBody: body,
    MessageAttributes: { attempts: text(`${attempts}`), since: text(`${since}`), ...doubt, ...slot },
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

/** Opens a queue by its name. */
export function openQueue(name: string): QueueClient {
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
    async sendAll(entries) {
      if (entries.length === 0) return
      const QueueUrl = await url()
      await inParallel(inCalls(entries), callsAtOnce, async run => {
        const Entries = run.map((entry, index) => ({ ...entry, Id: `${index}` }))
        const { Failed = [] } = await sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }))
        if (Failed.length > 0) throw new Error(`SQS refused ${Failed.length} messages for ${name}: ${Failed[0]?.Code}`)
      })
    },
  }
}

type Entry = Omit<SendMessageBatchRequestEntry, 'Id'>

function inCalls(entries: readonly Entry[]): Entry[][] {
  const calls: { entries: Entry[]; bytes: number }[] = []
  for (const entry of entries) {
    const bytes = Buffer.byteLength(entry.MessageBody ?? '') + 500
    const last = calls.at(-1)
    const fits = last !== undefined && last.entries.length < runSize && last.bytes + bytes <= runBytes
    if (!fits) calls.push({ entries: [entry], bytes })
    else {
      last.entries.push(entry)
      last.bytes += bytes
    }
  }
  return calls.map(it => it.entries)
}

function text(value: string) {
  return { DataType: 'String', StringValue: value }
}

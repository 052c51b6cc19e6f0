/** Queues by name: the URL is looked up once, so that templates need not spell it for each AWS partition. */

import { setTimeout as sleep } from 'node:timers/promises'

import {
  ChangeMessageVisibilityCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  SendMessageBatchCommand,
  type SendMessageBatchRequestEntry,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs'
import { inParallel } from '../../pool.ts'
import type { Backlog, ConsumedQueue, Log, Queue } from '../../ports.ts'
import { idOf } from '../../send/event-id.ts'
import type { EventQueue, ParkingPlace, QueuedEvent } from '../../send/ports.ts'
import { inCalls } from './in-calls.ts'
import { requestLimits } from './limits.ts'

export type QueueClient = {
  readonly sqs: SQSClient
  url(): Promise<string>
  /** Sends any number of messages, in as few calls as SQS accepts; returns the indexes of failed ones, and passes errors to `tell`. */
  sendAll(entries: readonly Entry[], tell: Tell): Promise<ReadonlySet<number>>
}
type Tell = (error: unknown, unsent: readonly Entry[]) => void

const callsAtOnce = 5
/** The longest delay of SQS; a message that must wait longer is deferred again. */
const maxDelaySeconds = 900
/** Messages rejected for a reason on SQS's side are sent again after growing pauses. */
const maxRounds = 3

/** Creates a queue of JSON messages; throws after sending all others if SQS accepted any of them not. */
export function createQueue<M>(name: string): Queue<M> {
  const queue = openQueue(name)
  return {
    async push(messages, delaySeconds = 0) {
      const entries = messages.map(it => ({ MessageBody: bodyOf(it), DelaySeconds: delaySeconds }))
      const causes: unknown[] = []
      const { size } = await queue.sendAll(entries, cause => causes.push(cause))
      if (size > 0)
        throw new Error(`${size} of ${entries.length} messages could not be sent to ${name}`, { cause: causes[0] })
    },
  }
}

const counts = [
  'ApproximateNumberOfMessages',
  'ApproximateNumberOfMessagesNotVisible',
  'ApproximateNumberOfMessagesDelayed',
] as const

/** Creates the reader of a queue's backlog. */
export function createBacklog(name: string): Backlog {
  const { sqs, url } = openQueue(name)
  return {
    async isEmpty() {
      const request = { QueueUrl: await url(), AttributeNames: [...counts] }
      const { Attributes = {} } = await sqs.send(new GetQueueAttributesCommand(request))
      return counts.every(it => Number(Attributes[it] ?? 0) === 0)
    },
  }
}

/** Creates the consumer's side of a queue. */
export function createConsumedQueue(name: string): ConsumedQueue {
  return consumed(openQueue(name))
}

const push = ['GetQueueUrl', 'SendMessage'] as const

/** The permissions that each method needs, by the suffix of the queue's name; not all concern the events queue. */
export const eventQueueRights = {
  retryIn: { '': ['GetQueueUrl', 'ChangeMessageVisibility'] },
  deadLetter: { '-dlq': push, '-review': push },
  requeue: { '': push },
  holdForQuota: { '-*-parked': push, '-*-parked-urgent': push },
} as const satisfies Record<keyof EventQueue, QueueRights>

/** Permissions on queues, by the suffixes of their names. */
export type QueueRights = Readonly<Record<string, readonly string[]>>

/** The ids of the events in these entries, where present. */
export function eventIdsIn(entries: readonly Entry[]): string[] {
  return entries.flatMap(it => idOf(it.MessageBody ?? '') ?? [])
}

/** Creates the consumer's side of the events queue; dead letters go to queues with the same name and a suffix. */
export function createEventQueue(name: string, log: Log): EventQueue {
  const events = openQueue(name)
  const deadLetters = { 'dead-letter': openQueue(`${name}-dlq`), review: openQueue(`${name}-review`) }
  const parked = createOpener()
  const tell: Tell = (error, unsent) => log.error('events.not-sent', { error, ids: eventIdsIn(unsent) })
  return {
    ...consumed(events),
    async deadLetter({ body, group }, reason, where) {
      const { sqs, url } = deadLetters[where]
      const MessageAttributes = { reason: text(plain(reason)) }
      const message = { MessageBody: body, MessageAttributes, ...grouped(group) }
      await sqs.send(new SendMessageCommand({ QueueUrl: await url(), ...message }))
    },
    requeue: list =>
      events.sendAll(
        list.map(({ event, delaySeconds }) => ({
          ...entryOf(event),
          DelaySeconds: Math.min(delaySeconds, maxDelaySeconds),
        })),
        tell,
      ),
    async holdForQuota(list) {
      const unsent = new Set<number>()
      for (const [place, group] of Map.groupBy([...list.entries()], ([, it]) => parkedName(name, it))) {
        const entries = group.map(([, { event }]) => entryOf(event))
        for (const at of await parked(place).sendAll(entries, tell)) unsent.add(group[at]?.[0] ?? at)
      }
      return unsent
    },
  }
}

/** The name of the queue in which events of an Official Account wait for quota. */
export function parkedName(events: string, { official, priority }: ParkingPlace): string {
  return `${events}-${official}-parked${priority === 'urgent' ? '-urgent' : ''}`
}

function createOpener(): (name: string) => QueueClient {
  const opened = new Map<string, QueueClient>()
  return name => {
    const queue = opened.get(name) ?? openQueue(name)
    opened.set(name, queue)
    return queue
  }
}

/** The message of an event that was tried before; event-record.ts reads it. */
function entryOf({ body, attempts, since, slotAt, group }: QueuedEvent) {
  const slot = slotAt === undefined ? {} : { slotAt: text(`${Math.round(slotAt)}`) }
  const MessageAttributes = { attempts: text(`${attempts}`), since: text(`${since}`), ...slot }
  return { MessageBody: body, MessageAttributes, ...grouped(group) }
}

/** The message group in SQS's form; it is optional. */
export function grouped(group: string | undefined): { readonly MessageGroupId?: string } {
  return group === undefined ? {} : { MessageGroupId: group }
}

function consumed({ sqs, url }: QueueClient): ConsumedQueue {
  return {
    async retryIn(receiptHandle, seconds) {
      const request = { QueueUrl: await url(), ReceiptHandle: receiptHandle, VisibilityTimeout: seconds }
      await sqs.send(new ChangeMessageVisibilityCommand(request))
    },
  }
}

/** Opens a queue by its name. */
export function openQueue(name: string): QueueClient {
  const sqs = new SQSClient({ requestHandler: requestLimits })
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
    async sendAll(entries, tell) {
      const unsent = new Set<number>()
      const numbered = entries.map((entry, index) => ({ ...entry, Id: `${index}` }))
      await inParallel(
        inCalls(numbered, it => it.MessageBody ?? ''),
        callsAtOnce,
        async run => {
          for (const { Id } of await sendCall({ sqs, url }, run, tell)) unsent.add(Number(Id))
        },
      )
      return unsent
    },
  }
}

/** Sends up to ten; returns those that SQS rejected. A failed call says nothing about the other calls. */
async function sendCall(
  { sqs, url }: Pick<QueueClient, 'sqs' | 'url'>,
  run: readonly Numbered[],
  tell: Tell,
): Promise<readonly Numbered[]> {
  let left = run
  try {
    for (let round = 0; left.length > 0 && round < maxRounds; round++) {
      if (round > 0) await sleep(50 * 2 ** round)
      const request = { QueueUrl: await url(), Entries: [...left] }
      const { Failed = [] } = await sqs.send(new SendMessageBatchCommand(request))
      const failed = new Set(Failed.map(it => it.Id))
      left = left.filter(it => failed.has(it.Id))
      // An error in the message itself is permanent.
      if (Failed.some(it => it.SenderFault)) break
    }
    if (left.length > 0) tell(new Error(`SQS refused ${left.length} of ${run.length} messages`), left)
  } catch (error) {
    tell(error, left)
  }
  return left
}

type Entry = Omit<SendMessageBatchRequestEntry, 'Id'>
type Numbered = SendMessageBatchRequestEntry

/** A message as JSON. People may write the two characters that SQS takes in no message; escaped they are the same JSON. */
export function bodyOf(message: unknown): string {
  return JSON.stringify(message).replaceAll(/[\uFFFE\uFFFF]/g, it => `\\u${it.charCodeAt(0).toString(16)}`)
}

/** SQS rejects control characters and unpaired surrogates, which other systems' texts may contain. */
function plain(words: string): string {
  return words.toWellFormed().replaceAll(/[\p{Cc}\uFFFE\uFFFF]+/gu, ' ')
}

function text(value: string) {
  return { DataType: 'String', StringValue: value }
}

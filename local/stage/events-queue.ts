/** The queue of events of a stage, as a producer sees it. */

import { SendMessageCommand } from '@aws-sdk/client-sqs'

import { grouped } from '../../lib/adapters/aws/sqs-queues.ts'
import { type Place, whereIs } from './place.ts'
import { openQueue } from './queue.ts'

export type EventsQueue = {
  readonly name: string
  /** Where it is, in one word. */
  readonly where: string
  push(message: Message, signal?: AbortSignal): Promise<void>
}

/** `attributes` is what is known of the tries behind an event, as functions/send.ts reads it; `group` its MessageGroupId. */
export type Message = {
  readonly body: string
  readonly attributes?: Readonly<Record<string, string>>
  readonly group?: string
}

/** Opens the queue. */
export function openEventsQueue(place: Place): EventsQueue {
  const queue = openQueue(place, 'events')
  return {
    name: queue.name,
    where: whereIs(place),
    async push({ body, attributes = {}, group }, signal) {
      const texts = Object.entries(attributes).map(([name, it]) => [name, { DataType: 'String', StringValue: it }])
      const message = { MessageBody: body, MessageAttributes: Object.fromEntries(texts), ...grouped(group) }
      await queue.request('SendMessage', (sqs, QueueUrl) =>
        sqs.send(new SendMessageCommand({ QueueUrl, ...message }), signal === undefined ? {} : { abortSignal: signal }),
      )
    },
  }
}

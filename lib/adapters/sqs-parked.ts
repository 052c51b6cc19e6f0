/** The events that wait for quota, in a queue that nothing consumes: waiting costs nothing there. */

import {
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
} from '@aws-sdk/client-sqs'

import type { Log, ParkedEvents } from '../ports.ts'
import { openQueue } from './sqs-queues.ts'

/** Creates the way back of the events of this queue. */
export function createParkedEvents(name: string, log: Log): ParkedEvents {
  const events = openQueue(name)
  const parked = openQueue(`${name}-parked`)

  return {
    async waiting() {
      const request = { QueueUrl: await parked.url(), AttributeNames: ['ApproximateNumberOfMessages' as const] }
      const { Attributes } = await parked.sqs.send(new GetQueueAttributesCommand(request))
      return Number(Attributes?.ApproximateNumberOfMessages ?? 0) > 0
    },
    async moveBack(most) {
      const QueueUrl = await parked.url()
      const { Messages = [] } = await parked.sqs.send(
        new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: most, MessageAttributeNames: ['All'] }),
      )
      // Pushed before it is deleted: a crash between makes two of one, and the done mark one of two.
      const unsent = await events.sendAll(Messages.map(entryOf), error => log.error('parked.not-moved', { error }))
      const moved = Messages.filter((_, index) => !unsent.has(index))
      if (moved.length === 0) return 0
      const Entries = moved.map(({ ReceiptHandle }, index) => ({ Id: `${index}`, ReceiptHandle }))
      const { Failed = [] } = await parked.sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }))
      if (Failed.length > 0) log.warn('parked.not-deleted', { messages: Failed.length, code: Failed[0]?.Code })
      return moved.length
    },
  }
}

function entryOf({ Body, MessageAttributes = {} }: Message) {
  const kept = Object.entries(MessageAttributes).map(([name, { DataType, StringValue }]) => [
    name,
    { DataType: DataType ?? 'String', StringValue },
  ])
  return { MessageBody: Body ?? '', MessageAttributes: Object.fromEntries(kept) }
}

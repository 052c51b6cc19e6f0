/** Events on quota hold, in queues without a consumer, where waiting costs nothing. */

import {
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
} from '@aws-sdk/client-sqs'

import type { AppName } from '../../apps.ts'
import type { Log } from '../../ports.ts'
import type { ParkedEvents, Priority } from '../../send/ports.ts'
import { eventIdsIn, grouped, openQueue, parkedName, type QueueClient, type QueueRights } from './sqs-queues.ts'

const size = ['GetQueueUrl', 'GetQueueAttributes'] as const
const take = ['GetQueueUrl', 'ReceiveMessage', 'DeleteMessage'] as const

/** The permissions that each method needs, by the suffix of the queue's name. */
export const parkedEventsRights = {
  count: { '-*-parked': size, '-*-parked-urgent': size },
  moveBack: { '': ['GetQueueUrl', 'SendMessage'], '-*-parked': take, '-*-parked-urgent': take },
} as const satisfies Record<keyof ParkedEvents, QueueRights>

/** Creates the way back of the events of this queue that wait for quota of an Official Account, by its name. */
export function createParkedEvents(name: string, official: AppName, log: Log): ParkedEvents {
  const events = openQueue(name)
  const open = (priority: Priority) => openQueue(parkedName(name, { official, priority }))
  const parked = { urgent: open('urgent'), usual: open('usual') }

  return {
    async count() {
      const [urgent, usual] = await Promise.all([sizeOf(parked.urgent), sizeOf(parked.usual)])
      return { urgent, usual }
    },
    async moveBack(kind, most) {
      const { sqs, url } = parked[kind]
      const QueueUrl = await url()
      const { Messages = [] } = await sqs.send(
        new ReceiveMessageCommand({
          QueueUrl,
          MaxNumberOfMessages: most,
          MessageAttributeNames: ['All'],
          MessageSystemAttributeNames: ['MessageGroupId'],
        }),
      )
      // Pushed before it is deleted: a crash in between duplicates the event, and the done mark catches the duplicate.
      const unsent = await events.sendAll(Messages.map(entryOf), (error, left) =>
        log.error('parked.not-moved', { error, ids: eventIdsIn(left) }),
      )
      const moved = Messages.filter((_, index) => !unsent.has(index))
      if (moved.length === 0) return 0
      const Entries = moved.map(({ ReceiptHandle }, index) => ({ Id: `${index}`, ReceiptHandle }))
      const { Failed = [] } = await sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }))
      if (Failed.length > 0) log.warn('parked.not-deleted', { messages: Failed.length, code: Failed[0]?.Code })
      return moved.length
    },
  }
}

async function sizeOf({ sqs, url }: QueueClient): Promise<number> {
  const request = { QueueUrl: await url(), AttributeNames: ['ApproximateNumberOfMessages' as const] }
  const { Attributes } = await sqs.send(new GetQueueAttributesCommand(request))
  return Number(Attributes?.ApproximateNumberOfMessages ?? 0)
}

function entryOf({ Body, Attributes, MessageAttributes = {} }: Message) {
  const kept = Object.entries(MessageAttributes).map(([name, { DataType, StringValue }]) => [
    name,
    { DataType: DataType ?? 'String', StringValue },
  ])
  const message = { MessageBody: Body ?? '', MessageAttributes: Object.fromEntries(kept) }
  return { ...message, ...grouped(Attributes?.MessageGroupId) }
}

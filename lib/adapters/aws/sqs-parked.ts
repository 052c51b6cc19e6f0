/** Events on quota hold, in queues without a consumer, where waiting costs nothing. */

import {
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
} from '@aws-sdk/client-sqs'

import type { AppName } from '../../apps.ts'
import type { Log } from '../../ports.ts'
import type { OldEvents, ParkedEvents, Priority } from '../../send/ports.ts'
import { eventIdsIn, grouped, openQueue, parkedName, type QueueClient, type QueueRights } from './sqs-queues.ts'

const size = ['GetQueueUrl', 'GetQueueAttributes'] as const
const take = ['GetQueueUrl', 'ReceiveMessage', 'DeleteMessage'] as const
const back = { '': ['GetQueueUrl', 'SendMessage'], '-*-parked': take, '-*-parked-urgent': take } as const

/** The permissions that each method needs, by the suffix of the queue's name. */
export const parkedEventsRights = {
  count: { '-*-parked': size, '-*-parked-urgent': size },
  moveBack: back,
  moveOldBack: back,
} as const satisfies Record<keyof ParkedEvents, QueueRights>

/** Creates the way back of the events of this queue that wait for quota of an Official Account, by its name. */
export function createParkedEvents(name: string, official: AppName, log: Log): ParkedEvents {
  const events = openQueue(name)
  const open = (priority: Priority) => openQueue(parkedName(name, { official, priority }))
  const parked = { urgent: open('urgent'), usual: open('usual') }
  const move = async ({ sqs, url }: QueueClient, messages: readonly Message[]) => {
    // Pushed before it is deleted: a crash in between duplicates the event, and the done mark catches the duplicate.
    const unsent = await events.sendAll(messages.map(entryOf), (error, left) =>
      log.error('parked.not-moved', { error, ids: eventIdsIn(left) }),
    )
    const moved = messages.filter((_, index) => !unsent.has(index))
    if (moved.length === 0) return 0
    const Entries = moved.map(({ ReceiptHandle }, index) => ({ Id: `${index}`, ReceiptHandle }))
    const { Failed = [] } = await sqs.send(new DeleteMessageBatchCommand({ QueueUrl: await url(), Entries }))
    if (Failed.length > 0) log.warn('parked.not-deleted', { messages: Failed.length, code: Failed[0]?.Code })
    return moved.length
  }

  return {
    async count() {
      const [urgent, usual] = await Promise.all([sizeOf(parked.urgent), sizeOf(parked.usual)])
      return { urgent, usual }
    },
    moveBack: async (kind, most) => move(parked[kind], await receive(parked[kind], most)),
    async moveOldBack(kind, old) {
      const messages = await receive(parked[kind], 10)
      const moved = await move(
        parked[kind],
        messages.filter(it => isOld(it, old)),
      )
      return { seen: messages.length, moved }
    },
  }
}

async function receive({ sqs, url }: QueueClient, most: number): Promise<readonly Message[]> {
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({
      QueueUrl: await url(),
      MaxNumberOfMessages: most,
      MessageAttributeNames: ['All'],
      MessageSystemAttributeNames: ['MessageGroupId', 'SentTimestamp'],
    }),
  )
  return Messages
}

/** One that does not say when it was pushed is as old as can be. */
function isOld({ Attributes = {}, MessageAttributes = {} }: Message, { pushedBefore, heldBefore }: OldEvents): boolean {
  const pushedAt = Number(MessageAttributes.since?.StringValue ?? 0)
  return pushedAt < pushedBefore && Number(Attributes.SentTimestamp) < heldBefore
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

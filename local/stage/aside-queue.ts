/** The dead-letter or the review queue of a stage, for people to look into. */

import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
} from '@aws-sdk/client-sqs'
import { type Letter, readLetter } from './letter.ts'
import type { Place } from './place.ts'
import { openQueue } from './queue.ts'

/** The queues of events that were put aside, by what their names end in. */
export type AsideName = 'dlq' | 'review'

export type AsideQueue = {
  readonly ending: AsideName
  readonly name: string
  /** About how many wait, and how many somebody holds just now. */
  count(): Promise<{ readonly waiting: number; readonly held: number }>
  /** Receives up to ten, and hides them from others for so long; none if none waits. */
  receive(hideSeconds: number): Promise<Letter[]>
  /** Shows up to ten to others again; answers those that could not be. */
  giveBack(letters: readonly Letter[]): Promise<Letter[]>
  /** Deletes up to ten; answers those that could not be. */
  remove(letters: readonly Letter[]): Promise<Letter[]>
}

const systemNames = ['SentTimestamp', 'MessageGroupId'] as const
/** Asks all of SQS's servers, where an answer at once may miss some messages. */
const longPollSeconds = 1

/** Opens the queue. */
export function openAsideQueue(place: Place, ending: AsideName): AsideQueue {
  return { ending, ...openLetterQueue(place, `events-${ending}`) }
}

/** Opens any queue of what was put aside. */
export function openLetterQueue(place: Place, ending: string): Omit<AsideQueue, 'ending'> {
  const queue = openQueue(place, ending)
  const { name, request } = queue

  return {
    name,
    async count() {
      const names = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'] as const
      const { Attributes = {} } = await request('GetQueueAttributes', (sqs, QueueUrl) =>
        sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [...names] })),
      )
      const [waiting = 0, held = 0] = names.map(it => Number(Attributes[it] ?? 0))
      return { waiting, held }
    },
    async receive(hideSeconds) {
      const wish = { MaxNumberOfMessages: 10, VisibilityTimeout: hideSeconds, WaitTimeSeconds: longPollSeconds }
      const wanted = { MessageAttributeNames: ['All'], MessageSystemAttributeNames: [...systemNames] }
      const { Messages = [] } = await request('ReceiveMessage', (sqs, QueueUrl) =>
        sqs.send(new ReceiveMessageCommand({ QueueUrl, ...wish, ...wanted })),
      )
      return Messages.map(readLetter)
    },
    giveBack: letters =>
      inOneCall(letters, async entries => {
        const Entries = entries.map(it => ({ ...it, VisibilityTimeout: 0 }))
        return request('ChangeMessageVisibility', (sqs, QueueUrl) =>
          sqs.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl, Entries })),
        )
      }),
    remove: letters =>
      inOneCall(letters, async Entries =>
        request('DeleteMessage', (sqs, QueueUrl) => sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }))),
      ),
  }
}

type Entry = { readonly Id: string; readonly ReceiptHandle: string }
type Outcome = { readonly Failed?: readonly { readonly Id: string | undefined }[] | undefined }

async function inOneCall(letters: readonly Letter[], call: (entries: Entry[]) => Promise<Outcome>): Promise<Letter[]> {
  if (letters.length === 0) return []
  const { Failed = [] } = await call(letters.map((it, index) => ({ Id: `${index}`, ReceiptHandle: it.receiptHandle })))
  const failed = new Set(Failed.map(it => it.Id))
  return letters.filter((_, index) => failed.has(`${index}`))
}

/** How many messages are in queues: waiting, delayed and in flight. */

import { GetQueueAttributesCommand, type QueueAttributeName } from '@aws-sdk/client-sqs'

import type { QueueSizes } from '../../doctor/deps.ts'
import { openQueue, type QueueRights } from './sqs-queues.ts'

const attributes = [
  'ApproximateNumberOfMessages',
  'ApproximateNumberOfMessagesDelayed',
  'ApproximateNumberOfMessagesNotVisible',
] as const satisfies readonly QueueAttributeName[]

/** The permissions that each method needs, on all queues, because the caller chooses the name. */
export const queueSizesRights = {
  size: { '*': ['GetQueueUrl', 'GetQueueAttributes'] },
} as const satisfies Record<keyof QueueSizes, QueueRights>

/** Creates the reader; SQS counts are approximate. */
export function createQueueSizes(): QueueSizes {
  return {
    async size(name) {
      const { sqs, url } = openQueue(name)
      const request = { QueueUrl: await url(), AttributeNames: [...attributes] }
      const { Attributes = {} } = await sqs.send(new GetQueueAttributesCommand(request))
      const [ready, later, inWork] = attributes.map(it => Number(Attributes[it] ?? 0))
      return { ready: ready ?? 0, later: later ?? 0, inWork: inWork ?? 0 }
    },
  }
}

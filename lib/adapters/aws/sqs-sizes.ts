/** How many messages are in queues: those that wait, those put off, and those in work. */

import { GetQueueAttributesCommand, type QueueAttributeName } from '@aws-sdk/client-sqs'

import type { QueueSizes } from '../../doctor/deps.ts'
import { openQueue } from './sqs-queues.ts'

const attributes = [
  'ApproximateNumberOfMessages',
  'ApproximateNumberOfMessagesDelayed',
  'ApproximateNumberOfMessagesNotVisible',
] as const satisfies readonly QueueAttributeName[]

/** Creates the reader; SQS counts only about right. */
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

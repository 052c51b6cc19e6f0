/** How many messages wait in queues. */

import { GetQueueAttributesCommand } from '@aws-sdk/client-sqs'

import type { QueueSizes } from '../doctor/deps.ts'
import { openQueue } from './sqs-queues.ts'

/** Creates the reader; SQS counts only about right, and those being worked on are not among them. */
export function createQueueSizes(): QueueSizes {
  return {
    async size(name) {
      const { sqs, url } = openQueue(name)
      const request = { QueueUrl: await url(), AttributeNames: ['ApproximateNumberOfMessages' as const] }
      const { Attributes } = await sqs.send(new GetQueueAttributesCommand(request))
      return Number(Attributes?.ApproximateNumberOfMessages ?? 0)
    },
  }
}

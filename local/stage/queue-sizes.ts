/** How many messages are in the queues of a stage. */

import { GetQueueAttributesCommand, type QueueAttributeName } from '@aws-sdk/client-sqs'

import type { StageQueues } from '../../lib/console/ports.ts'
import type { Place } from './place.ts'
import { openQueue, type StageQueue } from './queue.ts'

const AttributeNames = [
  'ApproximateNumberOfMessages',
  'ApproximateNumberOfMessagesDelayed',
  'ApproximateNumberOfMessagesNotVisible',
] as const satisfies readonly QueueAttributeName[]

/** Opens the queues; each is looked up once. */
export function openQueueSizes(place: Place): StageQueues {
  const opened = new Map<string, StageQueue>()
  const queueOf = (ending: string) => {
    const queue = opened.get(ending) ?? openQueue(place, ending)
    opened.set(ending, queue)
    return queue
  }
  return {
    async size(ending) {
      try {
        const { Attributes = {} } = await queueOf(ending).request('GetQueueAttributes', (sqs, QueueUrl) =>
          sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [...AttributeNames] })),
        )
        const [ready = 0, later = 0, inWork = 0] = AttributeNames.map(it => Number(Attributes[it] ?? 0))
        return { ready, later, inWork }
      } catch (error) {
        // What failed is asked for anew the next time.
        opened.delete(ending)
        if (isMissing(error)) return undefined
        throw error
      }
    },
  }
}

/** A stage has some queues only if it uses them. */
function isMissing(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined
  return cause instanceof Error && /QueueDoesNotExist|NonExistentQueue/.test(cause.name)
}

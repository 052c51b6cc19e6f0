/** Publishes pushes to an EventBridge bus, or to a queue of the operator's. */

import type { Subscribers } from '../../callback/ports.ts'
import { openBus } from './event-bus.ts'
import { bodyOf, openQueue } from './sqs-queues.ts'

/** Creates a publisher to an EventBridge bus. */
export function createPushBus(name: string): Subscribers {
  const bus = openBus(name)
  return { publish: pushes => bus.put(pushes) }
}

/** Creates a publisher to a queue; a message has the names that EventBridge gives its targets. */
export function createPushSink(name: string): Subscribers {
  const queue = openQueue(name)
  return {
    async publish(pushes) {
      const causes: unknown[] = []
      const entries = pushes.map(({ type, detail }) => ({
        MessageBody: bodyOf({ source: 'queqiao', 'detail-type': type, detail }),
      }))
      const refused = await queue.sendAll(entries, cause => causes.push(cause))
      return { refused, ...(causes.length === 0 ? {} : { cause: causes[0] }) }
    },
  }
}

/** The FIFO queue of pushes to be passed on: SQS drops what it took within five minutes, which is when WeChat repeats. */

import type { PassOn } from '../../callback/ports.ts'
import { pushKey } from '../../callback/published-push.ts'
import type { Queue } from '../../ports.ts'
import { bodyOf, openQueue } from './sqs-queues.ts'

/** Creates the queue; `push` throws after sending all others if SQS accepted any of them not. */
export function createPushQueue(name: string): Queue<PassOn> {
  const queue = openQueue(name)
  return {
    async push(pushes) {
      const causes: unknown[] = []
      const { size } = await queue.sendAll(pushes.map(entryOf), cause => causes.push(cause))
      if (size > 0) throw new Error(`${size} pushes could not be sent to ${name}`, { cause: causes[0] })
    },
  }
}

/** Each push and destination is a group of its own: none waits for another. */
function entryOf(push: PassOn) {
  const id = `${pushKey(push)}-${push.to === 'target' ? push.target : 'all'}`
  return { MessageBody: bodyOf(push), MessageGroupId: id, MessageDeduplicationId: id }
}

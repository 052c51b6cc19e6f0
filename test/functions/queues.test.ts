/** What goes into which queue: told by types, so that nothing else compiles. */

import { expect, it } from 'vitest'

import { appids } from '../../kit/app.ts'
import type { News } from '../../lib/followers/follower-news.ts'
import type { Queue } from '../../lib/ports.ts'
import { followersQueue, receiptsQueue } from '../../lib/runtime/queues.ts'
import type { Receipt } from '../../lib/send/receipt.ts'

const receipt: Receipt = { official: appids.official, msgid: '12', status: 'success', at: 1 }

// A receipt among the news of followers would end in their dead-letter queue, and the delivery never hear of it.
it('lets no receipt into the queue of followers, nor that queue stand for another', () => {
  const push = (followers: Queue<News>, receipts: Queue<Receipt>) => [
    receipts.push([receipt]),
    // @ts-expect-error a receipt is no news
    followers.push([receipt]),
  ]
  const open = () => {
    const right: Queue<Receipt> = receiptsQueue()
    // @ts-expect-error it carries news
    const wrong: Queue<Receipt> = followersQueue()
    return [right, wrong]
  }
  expect([push, open]).toHaveLength(2)
})

/** Takes a receipt that a callback brought: it is written down at once, and queued where that fails. */

import type { Log, Now, Queue } from '../ports.ts'
import type { Receipt } from '../send/receipt.ts'

export type TakeReceipt = (receipt: Receipt) => Promise<void>

type Deps = {
  /** Writes a receipt down, until the signal gives it up. */
  readonly write: (receipt: Receipt, signal: AbortSignal) => Promise<unknown>
  readonly queue: Queue<Receipt>
  readonly now: Now
  readonly log: Log
}

/** WeChat waits 5 s, and the queue needs some of them. */
const writeMs = 1000
/** Each message has a receipt: if all waited for a table that hangs, the account would run out of functions. */
const restMs = 10_000

/** Creates it; after a write that failed it only queues for ten seconds. Throws if the queue fails too: WeChat sends it again. */
export function createReceiptTaker({ write, queue, now, log }: Deps): TakeReceipt {
  let restsUntil = 0
  const isWritten = async (receipt: Receipt) => {
    if (now() < restsUntil) return false
    try {
      await write(receipt, AbortSignal.timeout(writeMs))
      return true
    } catch (error) {
      restsUntil = now() + restMs
      log.warn('receipts.queued', { error })
      return false
    }
  }
  return async receipt => {
    if (!(await isWritten(receipt))) await queue.push([receipt])
  }
}

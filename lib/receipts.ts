/** Joins WeChat's delivery receipts to their deliveries, whichever comes first. */

import * as v from 'valibot'

import { stateOfReceipt } from './delivery.ts'
import { inParallel } from './pool.ts'
import type { ConsumedQueue, DeliveryStore, Log } from './ports.ts'

const receipt = v.object({
  msgid: v.pipe(v.string(), v.regex(/^\d{1,20}$/)),
  status: v.pipe(v.string(), v.maxLength(200)),
  at: v.pipe(v.number(), v.integer(), v.minValue(0)),
})

/** A message of the receipts queue; `at` is WeChat's clock in seconds. */
export type Receipt = v.InferOutput<typeof receipt>

/** One receipt as the queue gave it out, and how often it has. */
export type ReceiptArrival = { readonly receipt: Receipt; readonly receives: number; readonly receiptHandle: string }

export type ReceiptsDeps = {
  readonly deliveries: Pick<DeliveryStore, 'findByMsgid' | 'settle'>
  readonly queue: ConsumedQueue
  readonly log: Log
}

/**
 * A done mark is late by milliseconds, or by six minutes if the send function crashed before it and the event had to
 * come again: the tries are a second apart at first and a minute in the end, over ten minutes in all.
 */
const maxReceives = 15
const longestPauseSeconds = 60

/** Reads a message of the queue; throws on what is none. */
export function parseReceipt(body: string): Receipt {
  return v.parse(v.pipe(v.string(), v.parseJson(), receipt), body)
}

/** Joins what it can; answers the arrivals whose delivery is not written yet, so that they come again. */
export async function joinReceipts<A extends ReceiptArrival>(
  arrivals: readonly A[],
  deps: ReceiptsDeps,
): Promise<readonly A[]> {
  const early: A[] = []
  await inParallel(arrivals, 10, async arrival => {
    if (await join(arrival, deps)) return
    early.push(arrival)
    await deps.queue.comeAgain(arrival.receiptHandle, Math.min(2 ** (arrival.receives - 1), longestPauseSeconds))
  })
  deps.log.info('receipts.batch', { receipts: arrivals.length, early: early.length })
  return early
}

async function join({ receipt, receives }: ReceiptArrival, { deliveries, log }: ReceiptsDeps): Promise<boolean> {
  const id = await deliveries.findByMsgid(receipt.msgid)
  if (id !== undefined) {
    await deliveries.settle(id, { ...stateOfReceipt(receipt.status), at: new Date(receipt.at * 1000).toISOString() })
    return true
  }
  if (receives < maxReceives) return false
  // Another system may send by the same account: its receipts come here as well.
  log.info('receipts.foreign', { msgid: receipt.msgid })
  return true
}

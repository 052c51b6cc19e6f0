/** Keeps WeChat's delivery receipts by their msgid, where each delivery finds its own whichever comes first. */

import * as v from 'valibot'

import { stateOfReceipt } from './delivery.ts'
import { inParallel } from './pool.ts'
import type { DeliveryStore, Log } from './ports.ts'

const receipt = v.object({
  msgid: v.pipe(v.string(), v.regex(/^\d{1,20}$/)),
  status: v.pipe(v.string(), v.maxLength(200)),
  at: v.pipe(v.number(), v.integer(), v.minValue(0)),
})

/** A message of the receipts queue; `at` is WeChat's clock in seconds. */
export type Receipt = v.InferOutput<typeof receipt>

export type ReceiptsDeps = { readonly deliveries: Pick<DeliveryStore, 'keepReceipt'>; readonly log: Log }

const writesAtOnce = 10

/** Reads a message of the queue; throws on what is none. */
export function parseReceipt(body: string): Receipt {
  return v.parse(v.pipe(v.string(), v.parseJson(), receipt), body)
}

/** Keeps receipts; answers those that could not be written, so that they come again. */
export async function keepReceipts<R extends Receipt>(
  receipts: readonly R[],
  deps: ReceiptsDeps,
): Promise<readonly R[]> {
  const failed: R[] = []
  await inParallel(receipts, writesAtOnce, async it => {
    try {
      const at = new Date(it.at * 1000).toISOString()
      await deps.deliveries.keepReceipt(it.msgid, { ...stateOfReceipt(it.status), at })
    } catch (error) {
      deps.log.error('receipts.not-written', { error })
      failed.push(it)
    }
  })
  deps.log.info('receipts.batch', { receipts: receipts.length, failed: failed.length })
  return failed
}

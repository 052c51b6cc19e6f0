/** What becomes of a receipt that a callback brings. */

import type { CallbackDeps } from '../callback/callback.ts'
import { createReceiptTaker } from '../callback/take-receipt.ts'
import { config } from '../config.ts'
import type { DeliveryStore } from '../send/ports.ts'
import { keepReceipt, type Receipt } from '../send/receipt.ts'
import { log, now } from './context.ts'
import { receiptsQueue } from './queues.ts'

/** Written down, or queued where a bus is told of receipts, which may have to wait for their deliveries; nothing if they are off. */
export function receipts(): Pick<CallbackDeps, 'takeReceipt'> {
  const { RECEIPTS, RESULTS_BUS } = config('RECEIPTS', 'RESULTS_BUS')
  if (RECEIPTS === 'off') return {}
  const queue = receiptsQueue()
  if (RESULTS_BUS !== 'off') return { takeReceipt: it => queue.push([it]) }
  return { takeReceipt: createReceiptTaker({ write, queue, now, log }) }
}

let opened: Promise<Pick<DeliveryStore, 'keepReceipt'>> | undefined

/** The tables are loaded with the first receipt: WeChat's other pushes need none. */
async function write(receipt: Receipt, signal: AbortSignal): Promise<void> {
  opened ??= import('./kept-receipts.ts').then(it => it.receiptStore())
  await keepReceipt(receipt, { deliveries: await opened, log }, signal)
}

/** Works in the receipts that were queued: where a bus is told of them, or the callback could not write them down itself. */

import { inRecord, type Named } from '../log-scope.ts'
import { inParallel } from '../pool.ts'
import type { Delivery } from './delivery.ts'
import type { StageDeps } from './deps.ts'
import type { DeliveryStore } from './ports.ts'
import { keepReceipt, type Receipt } from './receipt.ts'
import { publishResults } from './results.ts'

/** One receipt as the queue gave it out, and how often it has. */
export type ReceiptArrival = Receipt & Named & { readonly receives: number }

export type ReceiptsDeps = Pick<StageDeps, 'results' | 'log'> & {
  readonly deliveries: Pick<DeliveryStore, 'keepReceipt' | 'eventOf'>
}

const writesAtOnce = 10
/** A delivery is written a moment after its message went out, or minutes if a crash came between. */
const maxReceives = 5

/** Keeps receipts; answers those that could not be worked in, so that they are retried. */
export async function keepReceipts<R extends ReceiptArrival>(
  receipts: readonly R[],
  deps: ReceiptsDeps,
): Promise<readonly R[]> {
  const failed: R[] = []
  const known: Delivery[] = []
  const take = async (it: R) => {
    try {
      const result = await keep(it, deps)
      if (result === 'early') failed.push(it)
      else if (result !== undefined) known.push(result)
    } catch (error) {
      deps.log.error('receipts.not-written', { error })
      failed.push(it)
    }
  }
  await inParallel(receipts, writesAtOnce, it => inRecord(it, () => take(it)))
  await publishResults(known, deps)
  deps.log.info('receipts.batch', { receipts: receipts.length, failed: failed.length })
  return failed
}

/** A bus is told which event a receipt belongs to, so where there is one the receipt waits for its delivery. */
async function keep(
  arrival: ReceiptArrival,
  { deliveries, results, log }: ReceiptsDeps,
): Promise<Delivery | 'early' | undefined> {
  const { official, msgid, receives } = arrival
  const facts = await keepReceipt(arrival, { deliveries, log })
  if (facts === undefined || results === undefined) return undefined
  const id = await deliveries.eventOf({ official, msgid })
  if (id !== undefined) return { id, official, msgid, attempts: receives, ...facts }
  // Another system may send by the same account: its receipts come here as well.
  return receives < maxReceives ? 'early' : undefined
}

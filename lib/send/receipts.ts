/** Stores WeChat's receipts by msgid, where each delivery finds its own, whichever is written first. */

import * as v from 'valibot'
import { isAppId, type OfficialAppId } from '../identifiers.ts'
import { inRecord, type Named } from '../log-scope.ts'
import { inParallel } from '../pool.ts'
import type { Delivery } from './delivery.ts'
import type { StageDeps } from './deps.ts'
import { stateOfReceipt } from './kinds/template-names.ts'
import type { DeliveryStore } from './ports.ts'
import { publishResults } from './results.ts'

const receipt = v.object({
  official: v.custom<OfficialAppId>(isAppId),
  msgid: v.pipe(v.string(), v.regex(/^\d{1,20}$/)),
  status: v.pipe(v.string(), v.maxLength(200)),
  at: v.pipe(v.number(), v.integer(), v.minValue(0)),
})

/** A message of the receipts queue; a msgid is one of `official`'s, `at` is WeChat's clock in seconds. */
export type Receipt = v.InferOutput<typeof receipt>

/** One receipt as the queue gave it out, and how often it has. */
export type ReceiptArrival = Receipt & Named & { readonly receives: number }

export type ReceiptsDeps = Pick<StageDeps, 'results' | 'log'> & {
  readonly deliveries: Pick<DeliveryStore, 'keepReceipt' | 'eventOf'>
}

const writesAtOnce = 10
/** A delivery is written a moment after its message went out, or minutes if a crash came between. */
const maxReceives = 5

/** Reads a message of the queue; throws on what is none. */
export function parseReceipt(body: string): Receipt {
  return v.parse(v.pipe(v.string(), v.parseJson(), receipt), body)
}

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
  // 0 names no message: whose receipt it is, nobody can tell.
  if (!/[1-9]/.test(msgid)) return undefined
  const facts = { ...stateOfReceipt(arrival.status), at: new Date(arrival.at * 1000).toISOString() }
  await deliveries.keepReceipt({ official, msgid }, facts)
  log.debug('receipts.kept', { msgid, official, state: facts.state })
  if (results === undefined) return undefined
  const id = await deliveries.eventOf({ official, msgid })
  if (id !== undefined) return { id, official, msgid, attempts: receives, ...facts }
  // Another system may send by the same account: its receipts come here as well.
  return receives < maxReceives ? 'early' : undefined
}

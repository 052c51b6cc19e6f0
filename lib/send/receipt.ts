/** One of WeChat's receipts, written down by its msgid, where its delivery finds it whichever is written first. */

import * as v from 'valibot'
import { isAppId, type OfficialAppId } from '../identifiers.ts'
import type { Log } from '../ports.ts'
import type { Delivery } from './delivery.ts'
import { stateOfReceipt } from './kinds/template-names.ts'
import type { DeliveryStore } from './ports.ts'

const receipt = v.object({
  official: v.custom<OfficialAppId>(isAppId),
  msgid: v.pipe(v.string(), v.regex(/^\d{1,20}$/)),
  status: v.pipe(v.string(), v.maxLength(200)),
  at: v.pipe(v.number(), v.integer(), v.minValue(0)),
})

/** A message of the receipts queue; a msgid is one of `official`'s, `at` is WeChat's clock in seconds. */
export type Receipt = v.InferOutput<typeof receipt>

export type ReceiptDeps = { readonly deliveries: Pick<DeliveryStore, 'keepReceipt'>; readonly log: Log }

/** Reads a message of the queue; throws on what is none. */
export function parseReceipt(body: string): Receipt {
  return v.parse(v.pipe(v.string(), v.parseJson(), receipt), body)
}

/** What a receipt says, once it is written; undefined for msgid 0, which names no message. `signal` gives the write up. */
export async function keepReceipt(
  { official, msgid, status, at }: Receipt,
  { deliveries, log }: ReceiptDeps,
  signal?: AbortSignal,
): Promise<Pick<Delivery, 'state' | 'reason' | 'at'> | undefined> {
  if (!/[1-9]/.test(msgid)) return undefined
  const facts = { ...stateOfReceipt(status), at: new Date(endOfSecond(at)).toISOString() }
  await deliveries.keepReceipt({ official, msgid }, facts, signal)
  log.debug('receipts.kept', { msgid, official, state: facts.state })
  return facts
}

/** WeChat names whole seconds: at their end, or a receipt would seem older than the call of which it tells. */
function endOfSecond(at: number): number {
  return at * 1000 + 999
}

/** WeChat's names for template messages and their receipts; separate, for functions that do not send. */

import type { Delivery } from '../delivery.ts'

export const templateNames = {
  /** The call, as the client's errors and its breaker name it. */
  api: 'template/send',
  path: '/cgi-bin/message/template/send',
  /** The row of the gate that its quota closes, one for each account, begins so: no event can have such an id. */
  gateKey: 'gate#send',
  /** The push that brings a receipt, in lower case. */
  receiptEvent: 'templatesendjobfinish',
} as const

/** The state that the Status of a TEMPLATESENDJOBFINISH push stands for (docs/wechat.md 9.8). */
export function stateOfReceipt(status: string): Pick<Delivery, 'state' | 'reason'> {
  const text = status.trim().toLowerCase()
  if (text === 'success') return { state: 'delivered' }
  const reason = text.replace(/^failed:\s*/, '').slice(0, 100)
  return reason === 'user block' ? { state: 'blocked', reason } : { state: 'failed', reason }
}

import { queueFunction } from '../lib/adapters/lambda.ts'
import { log } from '../lib/runtime/context.ts'
import { results } from '../lib/runtime/results.ts'
import { deliveryStore } from '../lib/runtime/stores.ts'
import { keepReceipts, parseReceipt } from '../lib/send/receipts.ts'

export const handler = queueFunction(async () => ({ deliveries: deliveryStore(), ...results(), log }), {
  read: ({ body, attributes }) => ({ ...parseReceipt(body), receives: Number(attributes.ApproximateReceiveCount) }),
  work: keepReceipts,
})

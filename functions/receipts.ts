import { queueFunction } from '../lib/adapters/lambda.ts'
import { keepReceipts, parseReceipt } from '../lib/receipts.ts'
import { log } from '../lib/runtime/context.ts'
import { deliveryStore } from '../lib/runtime/stores.ts'

export const handler = queueFunction(async () => ({ deliveries: deliveryStore(), log }), {
  read: ({ body }) => parseReceipt(body),
  work: keepReceipts,
})

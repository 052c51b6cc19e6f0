import { queueFunction } from '../lib/adapters/lambda.ts'
import { joinReceipts, parseReceipt } from '../lib/receipts.ts'
import { log } from '../lib/runtime/context.ts'
import { deliveryStore } from '../lib/runtime/stores.ts'

export const handler = queueFunction(async () => ({ deliveries: deliveryStore(), log }), {
  read: ({ body, attributes }) => ({
    receipt: parseReceipt(body),
    receives: Number(attributes.ApproximateReceiveCount),
  }),
  work: joinReceipts,
})

import { type Open, queueFunction } from '../lib/adapters/lambda.ts'
import { log } from '../lib/runtime/context.ts'
import { results } from '../lib/runtime/results.ts'
import { deliveryStore } from '../lib/runtime/stores.ts'
import { parseReceipt } from '../lib/send/receipt.ts'
import { keepReceipts, type ReceiptsDeps } from '../lib/send/receipts.ts'

export const createHandler = (open: Open<ReceiptsDeps>) =>
  queueFunction(open, {
    read: ({ body, attributes }) => ({ ...parseReceipt(body), receives: Number(attributes.ApproximateReceiveCount) }),
    work: keepReceipts,
  })

export const handler = createHandler(async () => ({ deliveries: deliveryStore(), ...results(), log }))

import { queueFunction } from '../lib/adapters/lambda.ts'
import { joinReceipts, parseReceipt } from '../lib/receipts.ts'
import { log } from '../lib/runtime/context.ts'
import { consumedReceiptsQueue } from '../lib/runtime/queues.ts'
import { deliveryStore } from '../lib/runtime/stores.ts'

export const handler = queueFunction(
  async () => ({ deliveries: deliveryStore(), queue: consumedReceiptsQueue(), log }),
  {
    read: ({ body, attributes, receiptHandle }) => ({
      receipt: parseReceipt(body),
      receiptHandle,
      receives: Number(attributes.ApproximateReceiveCount),
    }),
    work: joinReceipts,
  },
)

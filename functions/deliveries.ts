import { httpFunction } from '../lib/adapters/lambda.ts'
import { log } from '../lib/runtime/context.ts'
import { deliveryStore } from '../lib/runtime/stores.ts'
import { getDelivery } from '../lib/send/deliveries.ts'

export const handler = httpFunction(
  async () => ({ deliveries: deliveryStore(), log }),
  async ({ path }, deps) => ({ status: 200, body: await getDelivery(path.id ?? '', deps) }),
)

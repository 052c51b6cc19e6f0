import { httpFunction, type Open } from '../lib/adapters/lambda.ts'
import { apps } from '../lib/runtime/apps.ts'
import { deliveryStore } from '../lib/runtime/stores.ts'
import { type DeliveriesDeps, getDelivery } from '../lib/send/deliveries.ts'

export const createHandler = (open: Open<DeliveriesDeps>) =>
  httpFunction(open, async ({ path }, deps) => ({ status: 200, body: await getDelivery(path.id ?? '', deps) }))

export const handler = createHandler(async () => ({ deliveries: deliveryStore(), apps: apps() }))

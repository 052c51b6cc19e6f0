import { httpFunction, type Open } from '../lib/adapters/lambda.ts'
import { apps } from '../lib/runtime/apps.ts'
import { deliveryList, deliveryStore } from '../lib/runtime/stores.ts'
import { type DeliveriesDeps, getDelivery } from '../lib/send/deliveries.ts'
import { type ListingDeps, listDeliveries, parseListing } from '../lib/send/list-deliveries.ts'

export const createHandler = (open: Open<DeliveriesDeps & ListingDeps>) =>
  httpFunction(open, async ({ path: { id }, query }, deps) => ({
    status: 200,
    body: id === undefined ? await listDeliveries(parseListing(query), deps) : await getDelivery(id, deps),
  }))

export const handler = createHandler(async () => ({ deliveries: deliveryStore(), list: deliveryList(), apps: apps() }))

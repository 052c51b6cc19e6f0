import { httpFunction, type Open } from '../lib/adapters/lambda.ts'
import { getReach, parseAddress, type ReachDeps } from '../lib/followers/reach.ts'
import { linkStore } from '../lib/runtime/stores.ts'

export const createHandler = (open: Open<ReachDeps>) =>
  httpFunction(open, async ({ query }, deps) => ({ status: 200, body: await getReach(parseAddress(query), deps) }))

export const handler = createHandler(async () => ({ links: linkStore() }))

import { httpFunction, type Open } from '../lib/adapters/lambda.ts'
import { getReach, parseReach, type ReachDeps } from '../lib/followers/reach.ts'
import { apps } from '../lib/runtime/apps.ts'
import { linkStore } from '../lib/runtime/stores.ts'

export const createHandler = (open: Open<ReachDeps>) =>
  httpFunction(open, async ({ query }, deps) => ({
    status: 200,
    body: await getReach(parseReach(query, deps.apps), deps),
  }))

export const handler = createHandler(async () => ({ links: linkStore(), apps: apps() }))

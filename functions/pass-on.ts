import { type Open, queueFunction } from '../lib/adapters/lambda.ts'
import { type PassOnDeps, parsePassOn, passOnPushes } from '../lib/callback/pass-on.ts'
import { apps } from '../lib/runtime/apps.ts'
import { log } from '../lib/runtime/context.ts'
import { forwarding, forwardTargetsOf, subscribers } from '../lib/runtime/forward.ts'

export const createHandler = (open: Open<PassOnDeps>) =>
  queueFunction(open, { read: ({ body }) => parsePassOn(body), work: passOnPushes })

export const handler = createHandler(async () => ({
  apps: apps(),
  of: app => ({ ...forwarding(app), targets: forwardTargetsOf(app) }),
  subscribers: subscribers(),
  log,
}))

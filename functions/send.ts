import { arrivalOf } from '../lib/adapters/aws/event-record.ts'
import { type Open, queueFunction } from '../lib/adapters/lambda.ts'
import { config } from '../lib/config.ts'
import { apps } from '../lib/runtime/apps.ts'
import { log, now, random } from '../lib/runtime/context.ts'
import { metrics } from '../lib/runtime/metrics.ts'
import { eventQueue, followersBacklog, followersQueue } from '../lib/runtime/queues.ts'
import { results } from '../lib/runtime/results.ts'
import { sendingAccounts } from '../lib/runtime/send.ts'
import { attemptStore, deliveryStore, linkStore } from '../lib/runtime/stores.ts'
import type { StageDeps } from '../lib/send/deps.ts'
import { valueCheckOf } from '../lib/send/kinds/template-event.ts'
import { sendBatch } from '../lib/send/send.ts'

export const createHandler = (open: Open<StageDeps>) => queueFunction(open, { read: arrivalOf, work: sendBatch })

export const handler = createHandler(async () => {
  const bus = results()
  const { TEST_ACCOUNT, TEMPLATE_METRICS } = config('TEST_ACCOUNT', 'TEMPLATE_METRICS')
  return {
    accounts: sendingAccounts(),
    minis: apps().minis,
    links: linkStore(),
    backlog: followersBacklog(),
    attempts: attemptStore(),
    deliveries: deliveryStore({ isIndexed: bus.results !== undefined }),
    ...bus,
    events: eventQueue(),
    followers: followersQueue(),
    values: valueCheckOf(TEST_ACCOUNT),
    isCountedByTemplate: TEMPLATE_METRICS === 'on',
    now,
    random,
    log,
    metrics,
  }
})

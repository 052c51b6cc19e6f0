import { arrivalOf } from '../lib/adapters/aws/event-record.ts'
import { type Open, queueFunction } from '../lib/adapters/lambda.ts'
import { config } from '../lib/config.ts'
import { log, now, random } from '../lib/runtime/context.ts'
import { metrics } from '../lib/runtime/metrics.ts'
import { eventQueue, followersBacklog, followersQueue } from '../lib/runtime/queues.ts'
import { results } from '../lib/runtime/results.ts'
import { attemptStore, deliveryStore, gateStore, linkingProgress, linkStore } from '../lib/runtime/stores.ts'
import { templates } from '../lib/runtime/templates.ts'
import { accessTokens, officialAccount } from '../lib/runtime/wechat.ts'
import type { SendDeps } from '../lib/send/deps.ts'
import { valueCheckOf } from '../lib/send/kinds/template-event.ts'
import { sendBatch } from '../lib/send/send.ts'

export const createHandler = (open: Open<SendDeps>) => queueFunction(open, { read: arrivalOf, work: sendBatch })

export const handler = createHandler(async () => {
  const app = officialAccount()
  const bus = results()
  return {
    wechat: app.wechat,
    accessTokens: accessTokens(app),
    miniAppid: config('WECHAT_MINI_APPID').WECHAT_MINI_APPID,
    links: linkStore(),
    linking: linkingProgress(),
    backlog: followersBacklog(),
    attempts: attemptStore(),
    deliveries: deliveryStore({ isIndexed: bus.results !== undefined }),
    ...bus,
    gate: gateStore(),
    events: eventQueue(),
    followers: followersQueue(),
    templates: templates(),
    values: valueCheckOf(config('TEST_ACCOUNT').TEST_ACCOUNT),
    trouble: new Set<string>(),
    minute: { minute: 0, accepted: 0 },
    now,
    random,
    log,
    metrics,
  }
})

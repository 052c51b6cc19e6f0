import { type Open, scheduleFunction } from '../lib/adapters/lambda.ts'
import { config } from '../lib/config.ts'
import { log, now, sleep } from '../lib/runtime/context.ts'
import { metrics } from '../lib/runtime/metrics.ts'
import { parkedEvents } from '../lib/runtime/queues.ts'
import { gateStore } from '../lib/runtime/stores.ts'
import { accessTokens, officialAccount } from '../lib/runtime/wechat.ts'
import { carryOut, parseQuotaOrder } from '../lib/send/quota-order.ts'
import type { ResumeDeps } from '../lib/send/resume-events.ts'

export const createHandler = (open: Open<ResumeDeps>) =>
  scheduleFunction(open, (deps, { input, until }) => carryOut(parseQuotaOrder(input), deps, { until }))

export const handler = createHandler(async () => {
  const app = officialAccount()
  return {
    wechat: app.wechat,
    accessTokens: accessTokens(app),
    gate: gateStore(),
    parked: parkedEvents(),
    reserve: config('QUOTA_RESERVE').QUOTA_RESERVE,
    ...{ now, sleep, log, metrics },
  }
})

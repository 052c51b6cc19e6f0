import { scheduleFunction } from '../lib/adapters/lambda.ts'
import { config } from '../lib/config.ts'
import { log, now, sleep } from '../lib/runtime/context.ts'
import { metrics } from '../lib/runtime/metrics.ts'
import { parkedEvents } from '../lib/runtime/queues.ts'
import { gateStore } from '../lib/runtime/stores.ts'
import { accessTokens, officialAccount } from '../lib/runtime/wechat.ts'
import { carryOut, parseQuotaOrder } from '../lib/send/quota-order.ts'

export const handler = scheduleFunction(
  async () => {
    const app = officialAccount()
    return {
      wechat: app.wechat,
      accessTokens: accessTokens(app),
      gate: gateStore(),
      parked: parkedEvents(),
      reserve: config('QUOTA_RESERVE').QUOTA_RESERVE,
      now,
      sleep,
      log,
      metrics,
    }
  },
  (deps, { input, until }) => carryOut(parseQuotaOrder(input), deps, { until }),
)

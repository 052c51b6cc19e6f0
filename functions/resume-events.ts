import { type Open, scheduleFunction } from '../lib/adapters/lambda.ts'
import { config } from '../lib/config.ts'
import { now, sleep } from '../lib/runtime/context.ts'
import { parkedEvents } from '../lib/runtime/queues.ts'
import { gateStore } from '../lib/runtime/stores.ts'
import { officialAccounts } from '../lib/runtime/wechat.ts'
import { carryOut, parseQuotaOrder } from '../lib/send/quota-order.ts'
import type { ResumeDeps } from '../lib/send/resume-events.ts'

export const createHandler = (open: Open<readonly ResumeDeps[]>) =>
  scheduleFunction(open, (accounts, { input, until }) => carryOut(parseQuotaOrder(input), accounts, { until }))

export const handler = createHandler(async () => {
  const { QUOTA_RESERVE: reserve } = config('QUOTA_RESERVE')
  return officialAccounts().map(account => ({
    ...account,
    gate: gateStore(account.app),
    parked: parkedEvents(account.app),
    reserve,
    ...{ now, sleep },
  }))
})

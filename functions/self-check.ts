import { type Open, scheduleFunction } from '../lib/adapters/lambda.ts'
import { config } from '../lib/config.ts'
import { checkSelf, readableIn, type SelfCheckDeps } from '../lib/doctor/self-check.ts'
import { apps } from '../lib/runtime/apps.ts'
import { now } from '../lib/runtime/context.ts'
import { openDoctor } from '../lib/runtime/doctor.ts'
import { metrics } from '../lib/runtime/metrics.ts'
import { canaryQueue } from '../lib/runtime/queues.ts'
import { deliveryStore } from '../lib/runtime/stores.ts'
import { templates } from '../lib/runtime/templates.ts'
import { valueCheckOf } from '../lib/send/kinds/template-event.ts'

export const createHandler = (open: Open<SelfCheckDeps>) => scheduleFunction(open, checkSelf)

export const handler = createHandler(async () => {
  const { CANARY_EVENT: event, TEST_ACCOUNT } = config('CANARY_EVENT', 'TEST_ACCOUNT')
  const stage = () => {
    const [{ officials, minis }, lists] = [apps(), templates()]
    const accounts = officials.map(app => ({ app, templates: lists.get(app.name) ?? {} }))
    return { accounts, minis, values: valueCheckOf(TEST_ACCOUNT) }
  }
  const ways = { stage, deliveries: deliveryStore(), events: canaryQueue(), now }
  const canary = event === 'off' ? {} : { canary: { event, ...ways } }
  return { openDoctor: () => openDoctor(readableIn(apps())), metrics, ...canary }
})

/** Whether the account allows as many concurrent functions as this deployment may use; a new one may allow ten. */

import type { DoctorDeps } from './deps.ts'
import { nameOf } from './explain.ts'
import { type Finding, notChecked, ok, warning, wrong } from './finding.ts'

/** Batches processed at once per queue, as in serverless.yml. */
export const consumers = {
  send: 10,
  'link-followers': 5,
  receipts: 5,
  'receive-images': 10,
  'check-images': 5,
  'pass-on': 20,
}
/** Callbacks, logins and schedules besides. */
const others = 15
const hint =
  'AWS console → Service Quotas → AWS Lambda → Concurrent executions: request 1,000, in this region; it may take some days'

/** Asks Lambda once; costs no call to WeChat. */
export async function checkConcurrency({ account, queueNames }: DoctorDeps): Promise<Finding> {
  if (account === undefined) return notChecked('this run may not ask Lambda')
  const [asked] = await Promise.allSettled([account.concurrency()])
  if (asked?.status !== 'fulfilled') return notChecked(`Lambda does not answer (${nameOf(asked?.reason)})`, hint)
  if (asked.value === undefined) return notChecked('Lambda does not tell it', hint)
  const all = Object.values(consumers).reduce((sum, it) => sum + it)
  const unused =
    (queueNames.imageChecks === undefined ? consumers['check-images'] : 0) +
    (queueNames.passOn === undefined ? consumers['pass-on'] : 0)
  const mapped = all - unused
  const words = `the account lets ${asked.value} functions run at once, and the queues alone may use ${mapped}`
  if (asked.value <= mapped) return wrong(`${words}: callbacks and logins may be throttled`, hint)
  return asked.value < mapped + others ? warning(words, hint) : ok(words)
}

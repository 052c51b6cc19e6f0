/** What the functions of a stage tell: how far the sync run is, the quota, the doctor's findings. */

import type { StageFunctions } from '../../lib/console/ports.ts'
import type { QuotaOrder } from '../../lib/send/quota-order.ts'
import { openFunction } from './function.ts'
import type { Means } from './means.ts'
import { openDoctor } from './open-doctor.ts'
import { openSync } from './open-sync.ts'
import type { Place } from './place.ts'
import { type Report as QuotaReport, report as quotaReport } from './quota-report.ts'

const answerLimitMs = 70_000
/** What costs calls to WeChat is told again for so long, however often a page asks. */
const doctorMs = 60_000
const quotaMs = 15_000

/** Opens them. */
export function openFunctions(place: Place, { now, signal, sleep }: Omit<Means, 'env'>): StageFunctions {
  const order = { shape: quotaReport, signal, answerLimitMs }
  const quota = openFunction<QuotaOrder, QuotaReport>(place, 'resume-events', order)
  const doctor = openDoctor(place, { signal, sleep, tell: () => undefined })
  const recent = createRecent(now)
  const appIn = (app: string | undefined) => (app === undefined ? {} : { app })
  return {
    sync: app => openSync(place, signal, app).ask({ action: 'status' }),
    quota: app => recent(`quota ${app}`, quotaMs, () => quota.ask({ action: 'status', ...appIn(app) })),
    reopen: app => quota.ask({ action: 'reopen', ...appIn(app) }),
    doctor: () => recent('doctor', doctorMs, () => doctor.ask({})),
  }
}

/** Remembers answers for a while, and shares one that is under way; a failure is forgotten at once. */
function createRecent(now: () => number) {
  const answers = new Map<string, { readonly until: number; readonly answer: Promise<object> }>()
  return (name: string, ms: number, ask: () => Promise<object>): Promise<object> => {
    const known = answers.get(name)
    if (known !== undefined && now() < known.until) return known.answer
    const answer = ask()
    answers.set(name, { until: now() + ms, answer })
    answer.catch(() => answers.delete(name))
    return answer
  }
}

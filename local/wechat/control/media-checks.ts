/** Content checks: planned results, and the checks that were requested. */
import { isFields } from '../json.ts'
import { checkOutcomes, type PlannedOutcome } from '../media-checks.ts'
import { ControlError, readInput } from './input.ts'
import type { ControlCall, ControlRoute } from './route.ts'

const mostTimes = 1_000_000_000
/** WeChat promises a verdict within thirty minutes; a late one may come after that. */
const latestMs = 7_200_000

/** Routes about content checks. */
export const mediaCheckRoutes: readonly ControlRoute[] = [
  { method: 'POST', path: '/media-checks', run: plan },
  {
    method: 'GET',
    path: '/media-checks',
    run: ({ box }) => ({ planned: box.mediaChecks.planned(), checks: box.mediaChecks.all() }),
  },
  { method: 'DELETE', path: '/media-checks', run: ({ box }) => box.mediaChecks.forgetPlan() },
]

/** Appends to the script: one entry or a list of them. */
function plan({ box, body }: ControlCall) {
  const entries: unknown[] = Array.isArray(body) ? body : [body]
  box.mediaChecks.plan(entries.map(readEntry))
  return { planned: box.mediaChecks.planned() }
}

function readEntry(entry: unknown): PlannedOutcome {
  if (!isFields(entry)) throw new ControlError('each entry must be an object')
  const input = readInput(entry)
  const afterMs = input.integer('afterMs', latestMs)
  return {
    outcome: input.required('outcome', input.choice('outcome', checkOutcomes)),
    times: input.integer('times', mostTimes, 1) ?? 1,
    ...(afterMs !== undefined && { afterMs }),
  }
}

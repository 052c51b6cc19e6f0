/** Content checks: planned results, and the checks that were requested. */
import { isFields } from '../json.ts'
import { checkOutcomes, type PlannedOutcome } from '../media-checks.ts'
import { ControlError, readInput } from './input.ts'
import type { ControlCall, ControlRoute } from './route.ts'
import { miniNamed } from './which-app.ts'

const mostTimes = 1_000_000_000
/** WeChat promises a verdict within thirty minutes; a late one may come after that. */
const latestMs = 7_200_000

/** Routes about content checks. */
export const mediaCheckRoutes: readonly ControlRoute[] = [
  { method: 'POST', path: '/media-checks', run: plan },
  { method: 'GET', path: '/media-checks', run: list },
  { method: 'DELETE', path: '/media-checks', run: call => checksOf(call).forgetPlan() },
]

/** The checks of the mini program named in the query: the body may be a list, which has no place for a name. */
function checksOf({ box, query }: ControlCall) {
  return miniNamed(box, query.get('app') ?? undefined).mediaChecks
}

/** Appends to the script: one entry or a list of them. */
function plan(call: ControlCall) {
  const entries: unknown[] = Array.isArray(call.body) ? call.body : [call.body]
  const checks = checksOf(call)
  checks.plan(entries.map(readEntry))
  return { planned: checks.planned() }
}

function list(call: ControlCall) {
  const checks = checksOf(call)
  return { planned: checks.planned(), checks: checks.all() }
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

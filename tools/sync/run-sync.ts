/** `sync`: tells what a sync run through the followers costs, begins it, and follows it to its end. */

import { explainFunctionFailure, FunctionError } from '../command/function.ts'
import { logOf, type Place, whereIs } from '../command/place.ts'
import type { Screen } from '../command/screen.ts'
import { interrupted } from '../command/session.ts'
import { inChina } from '../command/words.ts'
import { renderEnding } from './ending-lines.ts'
import { type FollowDeps, follow } from './follow.ts'
import { commandFor, type Options } from './options.ts'
import { renderPlan } from './plan-lines.ts'
import { renderBar, renderFacts } from './progress.ts'
import type { Plan, Report } from './report.ts'
import { fileName } from './sync-function.ts'

export type SyncDeps = Omit<FollowDeps, 'show'> & {
  readonly place: Place
  readonly screen: Screen
  /** Aborted when nobody wants to watch any more. */
  readonly signal: AbortSignal
}

const exitCodes = { complete: 0, waiting: 1, lost: 1, unlinked: 1, stuck: 1 } as const

/** Runs the command; answers its exit code. */
export async function runSync(options: Options, deps: SyncDeps): Promise<number> {
  const { place, screen, signal } = deps
  let isOrdered = false
  try {
    const start = await prepare(options, deps)
    if (typeof start === 'number') return start
    await order(options, start.before, deps)
    isOrdered = true
    return await watch(options, start, deps)
  } catch (error) {
    if (signal.aborted) {
      screen.line(describeLeaving(options, isOrdered))
      return interrupted
    }
    screen.problem(
      `✗ ${explainFunctionFailure(error, place, fileName)}${isOrdered ? `; to go on with the sync run: ${againCommand(options)}` : ''}`,
    )
    return 1
  }
}

type Start = { readonly before: Report; readonly plan: Plan }

/** Shows the plan; answers an exit code where nothing is to be begun. */
async function prepare(options: Options, { sync, screen, place }: SyncDeps): Promise<Start | number> {
  screen.line(`The sync run through the followers, stage ${options.stage} (${whereIs(place)}) · 同步关注者`)
  const before = await sync.ask({ action: 'status' })
  const isUnderWay = before.state === 'under-way'
  if (isUnderWay) screen.line(`  under way since ${inChina(before.beganAt ?? 0)}; what is left of it · 正在同步，剩余:`)
  if (isUnderWay && options.everyone) {
    screen.problem(`✗ this sync run cannot be made to look everybody up; when it is complete: ${commandFor(options)}`)
    return 1
  }
  const plan = await showPlan(options, { sync, screen })
  const mayBegin = plan.fitsToday || options.spread
  // A sync run under way was allowed when it began.
  if (!options.dryRun && (mayBegin || isUnderWay)) return { before, plan }
  screen.json({ status: before, plan })
  return mayBegin ? 0 : 1
}

async function showPlan(options: Options, { sync, screen }: Pick<SyncDeps, 'sync' | 'screen'>): Promise<Plan> {
  const { plan } = await sync.ask({ action: 'plan', everyone: options.everyone })
  if (plan === undefined) throw new FunctionError('it told no plan')
  const spreadCommand = commandFor({ ...options, spread: true })
  screen.line(renderPlan(plan, { spread: options.spread, spreadCommand }))
  return plan
}

/** A sync run under way is only helped on: should it end just now, a new one must not begin. */
async function order({ spread, everyone }: Options, before: Report, { sync, screen }: SyncDeps): Promise<void> {
  const isUnderWay = before.state === 'under-way'
  await sync.begin(isUnderWay ? { action: 'tick' } : { action: 'sync', spread, everyone })
  const [what, zh] = isUnderWay ? ['Following it.', '跟随进度'] : ['The sync run begins.', '开始同步']
  screen.line(`${what} Ctrl-C stops watching, not the sync run. · ${zh}；按 Ctrl-C 只停止观看`)
}

async function watch(options: Options, start: Start, deps: SyncDeps): Promise<number> {
  const { screen, place, now } = deps
  const show: FollowDeps['show'] = progress =>
    screen.progress({ bar: renderBar(progress), facts: renderFacts(progress) })
  const ending = await follow(start, { ...deps, show })
  screen.json({ plan: start.plan, ending })
  const hasBegun = ending.kind !== 'waiting' || ending.run !== undefined
  const command = hasBegun ? againCommand(options) : commandFor(options)
  screen.line(
    renderEnding(ending, { command, log: logOf(place, fileName), linkLog: logOf(place, 'link-followers'), now: now() }),
  )
  return exitCodes[ending.kind]
}

function describeLeaving(options: Options, isOrdered: boolean): string {
  if (!isOrdered) return 'Stopped; nothing was begun. · 已停止，未开始同步'
  return `Stopped watching; the sync run goes on. To follow it again: ${againCommand(options)} · 已停止观看，同步继续`
}

/** A sync run that has begun knows whether it looks everybody up, and spreads. */
function againCommand(options: Options): string {
  return commandFor({ ...options, spread: false, everyone: false })
}

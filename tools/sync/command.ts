/** `sync`: tells what a sync run through the followers costs, begins it, and follows it to its end. */

import { functionFailed } from '../../local/stage/function.ts'
import { syncFunction as fileName, openSync } from '../../local/stage/open-sync.ts'
import { findPlace, logOf, type Place, whereIs } from '../../local/stage/place.ts'
import type { Plan, Report, SyncFunction } from '../../local/stage/sync-report.ts'
import { saidOf } from '../command/apps.ts'
import { type Session, type Start, whileAsking } from '../command/session.ts'
import { inChina } from '../command/words.ts'
import { follow } from './follow.ts'
import { renderEnding, renderPlan } from './lines.ts'
import { commandFor, type Options, parseOptions } from './options.ts'
import { renderFacts, shareOf } from './progress.ts'

type SyncDeps = Omit<Session, 'env'> & { readonly place: Place; readonly sync: SyncFunction }

const exitCodes = { complete: 0, waiting: 1, lost: 1, unlinked: 1, stuck: 1 } as const

export const start: Start = async (args, session) => {
  const options = parseOptions(args, session.env)
  const place = findPlace(options, 'lambda', session.env)
  return runSync(options, { ...session, place, sync: openSync(place, session.signal, options.app) })
}

/** Runs the command; answers its exit code. */
export async function runSync(options: Options, deps: SyncDeps): Promise<number> {
  let isOrdered = false
  const run = async () => {
    const start = await prepare(options, deps)
    if (typeof start === 'number') return start
    await order(options, start.before, deps)
    isOrdered = true
    return watch(options, start, deps)
  }
  return whileAsking(deps, run, {
    left: () => describeLeaving(options, isOrdered),
    next: () => (isOrdered ? `; to go on with the sync run: ${againCommand(options)}` : ''),
  })
}

type Prepared = { readonly before: Report; readonly plan: Plan }
/** Shows the plan; answers an exit code where nothing is to be begun. */
async function prepare(options: Options, { sync, screen, place }: SyncDeps): Promise<Prepared | number> {
  screen.line(
    `The sync run through the followers${saidOf(options)}, stage ${options.stage} (${whereIs(place)}) · 同步关注者`,
  )
  const before = await sync.ask({ action: 'status' })
  const isUnderWay = before.state === 'under-way'
  if (isUnderWay) screen.line(`  under way since ${inChina(before.beganAt ?? 0)}; what is left of it · 正在同步，剩余:`)
  if (isUnderWay && options.everyone) {
    screen.problem(`✗ this sync run cannot be made to look everybody up; when it is complete: ${commandFor(options)}`)
    return 1
  }
  const { plan } = await sync.ask({ action: 'plan', everyone: options.everyone })
  if (plan === undefined) throw functionFailed(place, fileName, 'it told no plan')
  screen.line(renderPlan(plan, { spread: options.spread, spreadCommand: commandFor({ ...options, spread: true }) }))
  const mayBegin = plan.fitsToday || options.spread
  // A sync run under way was allowed when it began.
  if (!options.dryRun && (mayBegin || isUnderWay)) return { before, plan }
  screen.json({ status: before, plan })
  return mayBegin ? 0 : 1
}

/** A sync run under way is only helped on: should it end just now, a new one must not begin. */
async function order({ spread, everyone }: Options, before: Report, { sync, screen }: SyncDeps): Promise<void> {
  const isUnderWay = before.state === 'under-way'
  await sync.begin(isUnderWay ? { action: 'tick' } : { action: 'sync', spread, everyone })
  const [what, zh] = isUnderWay ? ['Following it.', '跟随进度'] : ['The sync run begins.', '开始同步']
  screen.line(`${what} Ctrl-C stops watching, not the sync run. · ${zh}；按 Ctrl-C 只停止观看`)
}

async function watch(options: Options, start: Prepared, deps: SyncDeps): Promise<number> {
  const { screen, place, now } = deps
  const ending = await follow(start, { ...deps, show: it => screen.progress(renderFacts(it), shareOf(it)) })
  screen.json({ plan: start.plan, ending })
  const hasBegun = ending.kind !== 'waiting' || ending.run !== undefined
  const command = hasBegun ? againCommand(options) : commandFor(options)
  const logs = { log: logOf(place, fileName), linkLog: logOf(place, 'link-followers') }
  screen.line(renderEnding(ending, { command, ...logs, now: now() }))
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

/** Every minute: lets the events that wait for quota go once it is there again, no faster than WeChat takes them. */

import { TransportError, WeChatError } from '../errors.ts'
import { inParallel } from '../pool.ts'
import type { Gauges, Log, Now, Quota, WeChat } from '../ports.ts'
import { secondsToReset } from '../quota-reset.ts'
import type { AccessTokenSource } from '../tokens/access-token.ts'
import { withAccessToken } from '../tokens/with-access-token.ts'
import { templateNames } from './kinds/template-names.ts'
import type { Gate, GateStore, ParkedEvents, Priority } from './ports.ts'
import { isOnTrial, lookAt, type QuotaLook, takeIn } from './quota-look.ts'
import { isPaced, learn } from './send-pace.ts'

export type ResumeDeps = {
  readonly wechat: Pick<WeChat, 'quota'>
  readonly accessTokens: AccessTokenSource
  readonly gate: GateStore
  readonly parked: ParkedEvents
  /** So many of the day's sends are kept for urgent templates; 0 keeps none. */
  readonly reserve: number
  readonly now: Now
  readonly sleep: (ms: number) => Promise<void>
  readonly log: Log
  readonly metrics: Gauges
}

export type ResumeReport = { readonly moved: number }
type Limits = { readonly until: number }

const dayQuota = 45009
/** What opens so soon is waited for: the next look may be a minute later. */
const patienceMs = 20_000
/** What is left of the quota is looked at every so often even if nothing waits, for ops. */
const lookMinutes = 10
/** A minute's worth, where WeChat does not tell how many calls it takes in one. */
const usualPerMinute = 10_000
/** So many go first when the gate is opened before its time; the others follow once WeChat did not refuse them. */
const trialShare = 5
/** Half of WeChat's own error: a rest that is not above the reserve by this may not be above it at all. */
const noise = 0.01
const askEveryMs = 600_000
const lanes = Array.from({ length: 10 }, (_, lane) => lane)

/** Moves events back until none waits, the minute's share is moved, or the time is up. */
export async function resumeEvents(deps: ResumeDeps, limits: Limits): Promise<ResumeReport> {
  const gate = await deps.gate.read()
  const opensInMs = (gate.closedUntil ?? 0) - deps.now()
  if (opensInMs > patienceMs) return lookForQuota(gate, deps, limits)
  if (opensInMs > 0) await deps.sleep(opensInMs)
  // The first few are still on their way.
  if (isOnTrial(gate.look, deps.now())) return { moved: 0 }
  const isDue = await isAsked(gate, deps)
  const quota = isDue ? await askQuota(deps) : undefined
  if (isDue) await learnPace(gate, quota, deps)
  const isReserved = await keepReserve(gate, quota, deps)
  return report(await moveBack({ gate, quota, kinds: kindsOf(isReserved) }, deps, limits), deps)
}

/** Opens the gate before its time, whatever WeChat tells of the quota; undefined if it was closed in this moment. */
export async function openGateEarly(gate: Gate, quota: Quota | undefined, deps: ResumeDeps, limits: Limits) {
  const { closedAt: _, ...known } = lookAt(gate.closedAt ?? 0, gate.look)
  const look = { ...known, openedAt: deps.now(), openedRemain: quota?.remain ?? 0 }
  return open({ gate, quota: undefined, look }, deps, limits)
}

/** What WeChat tells of the day's template messages; undefined if it does not, and the log says why. */
export async function askQuota({ accessTokens, wechat, log, metrics }: ResumeDeps): Promise<Quota | undefined> {
  try {
    const quota = await withAccessToken(accessTokens, token => wechat.quota(token, templateNames.path))
    if (quota.limit > 0) metrics.gauge('QuotaLeftPercent', (100 * quota.remain) / quota.limit)
    return quota
  } catch (error) {
    if (!(error instanceof WeChatError || error instanceof TransportError)) throw error
    log.warn('resume-events.quota-unknown', { error })
    return undefined
  }
}

/** Quota may be back before its reset: it was cleared, the limit was raised, or the refusal was a stray one. */
async function lookForQuota(gate: Gate, deps: ResumeDeps, limits: Limits): Promise<ResumeReport> {
  const known = lookAt(gate.closedAt ?? 0, gate.look)
  if (deps.now() < known.nextAt) return { moved: 0 }
  const quota = await askQuota(deps)
  const { isBack, look } = takeIn(known, quota, deps.now())
  if (isBack) return (await open({ gate, quota, look }, deps, limits)) ?? { moved: 0 }
  await deps.gate.noteLook(gate, look)
  return { moved: 0 }
}

type Opening = { readonly gate: Gate; readonly quota: Quota | undefined; readonly look: QuotaLook }

async function open(
  { gate, quota, look }: Opening,
  deps: ResumeDeps,
  limits: Limits,
): Promise<ResumeReport | undefined> {
  // First, or all others would go in between.
  const isReserved = await keepReserve(gate, quota, deps)
  if (!(await deps.gate.reopen(gate, look))) return undefined
  deps.log.warn('resume-events.opened', { remain: quota?.remain, closedUntil: gate.closedUntil })
  return report(await moveBack({ gate, quota, kinds: kindsOf(isReserved), most: trialShare }, deps, limits), deps)
}

function report(moved: number, { log }: ResumeDeps): ResumeReport {
  if (moved > 0) log.info('resume-events.moved', { moved })
  return { moved }
}

async function isAsked({ pace }: Gate, { reserve, parked, now }: ResumeDeps): Promise<boolean> {
  if (reserve > 0 || isLookTime(now())) return true
  if (isPaced(pace, now()) && now() - (pace.askedAt ?? 0) >= askEveryMs) return true
  const { urgent, usual } = await parked.count()
  return urgent + usual > 0
}

function isLookTime(now: number): boolean {
  return Math.floor(now / 60_000) % lookMinutes === 0
}

/** If somebody else changes the pace meanwhile, the next minute does. */
async function learnPace({ pace }: Gate, quota: Quota | undefined, { gate, now }: ResumeDeps): Promise<void> {
  if (!isPaced(pace, now()) || now() - (pace.askedAt ?? 0) < askEveryMs) return
  await gate.setPace({ ...learn(pace, quota?.perMinute, now()), turn: pace.turn + 1 })
}

/**
 * Keeps all but urgent messages back while no more than the reserve is left; tells whether they are. Quota that is above
 * it again ends that before its time.
 */
async function keepReserve({ reservedUntil = 0 }: Gate, quota: Quota | undefined, deps: ResumeDeps): Promise<boolean> {
  const { reserve, gate, log, now } = deps
  if (now() < reservedUntil) {
    if (reserve > 0 && (quota === undefined || quota.remain <= reserve + quota.limit * noise)) return true
    log.warn('resume-events.not-reserved', { remain: quota?.remain })
    await gate.unreserve(reservedUntil)
    return false
  }
  if (reserve === 0 || quota === undefined || quota.remain > reserve) return false
  const until = now() + secondsToReset(dayQuota, now()) * 1000
  log.warn('resume-events.reserved', { remain: quota.remain, until: new Date(until).toISOString() })
  await gate.reserve(until)
  return true
}

function kindsOf(isReserved: boolean): readonly Priority[] {
  return isReserved ? ['urgent'] : ['urgent', 'usual']
}

type Move = {
  readonly gate: Gate
  readonly quota: Quota | undefined
  /** Which may go, in this order. */
  readonly kinds: readonly Priority[]
  readonly most?: number
}

async function moveBack(
  { gate, quota, kinds, most = Number.POSITIVE_INFINITY }: Move,
  deps: ResumeDeps,
  limits: Limits,
) {
  const perMinute = isPaced(gate.pace, deps.now()) ? Math.ceil(gate.pace.perMinute) : usualPerMinute
  let left = Math.min(quota?.perMinute ?? perMinute, perMinute, quota?.remain ?? Number.POSITIVE_INFINITY, most)
  const before = left
  for (const kind of kinds) left -= await moveKind(kind, left, deps, limits)
  return before - left
}

async function moveKind(kind: Priority, most: number, { parked, now }: ResumeDeps, { until }: Limits) {
  let left = most
  let moved = 0
  await inParallel(lanes, lanes.length, async () => {
    while (left > 0 && now() < until) {
      const share = Math.min(10, left)
      left -= share
      const count = await parked.moveBack(kind, share)
      moved += count
      if (count === 0) return
    }
  })
  return moved
}

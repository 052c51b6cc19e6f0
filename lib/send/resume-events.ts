/** Every minute: requeues events on quota hold once quota is available, no faster than WeChat accepts them. */

import type { OfficialAccount } from '../apps.ts'
import { TransportError, WeChatError } from '../errors.ts'
import type { AppLog, AppMetrics, Now, Quota, WeChat } from '../ports.ts'
import type { AccessTokenSource } from '../tokens/access-token.ts'
import { withAccessToken } from '../tokens/with-access-token.ts'
import { templateNames } from './kinds/template-names.ts'
import { type Limits, moveBack, moveOldBack } from './move-back.ts'
import type { Gate, GateStore, ParkedEvents } from './ports.ts'
import { isOnTrial, lookAt, type QuotaLook, takeIn } from './quota-look.ts'
import { keepReserve, prioritiesOf } from './quota-reserve.ts'
import { isPaced, learn } from './send-pace.ts'

/** What one Official Account needs for it. */
export type ResumeDeps = {
  readonly app: OfficialAccount
  readonly wechat: Pick<WeChat, 'quota'>
  readonly accessTokens: AccessTokenSource
  readonly gate: GateStore
  readonly parked: ParkedEvents
  /** So many of the day's sends are kept for urgent templates; 0 keeps none. */
  readonly reserve: number
  readonly now: Now
  readonly sleep: (ms: number) => Promise<void>
  readonly log: AppLog
  readonly metrics: Pick<AppMetrics, 'gauge'>
}

export type ResumeReport = { readonly moved: number }

/** What opens so soon is waited for: the next look may be a minute later. */
const patienceMs = 20_000
/** What is left of the quota is looked at every so often even if nothing waits, for ops. */
const lookMinutes = 10
/** So many go first when the gate is opened before its time; the others follow once WeChat did not refuse them. */
const trialShare = 5
const askEveryMs = 600_000
const dayMinutes = 24 * 60
/** When those that have waited for days pass the sender: at 10:33 in China, far from the reset, while people see an alarm. */
const oldOnesMinute = 2 * 60 + 33

/** Moves events back until none waits, the minute's share is moved, or the time is up; once a day the old ones instead. */
export async function resumeEvents(deps: ResumeDeps, limits: Limits): Promise<ResumeReport> {
  if (minuteOf(deps.now()) % dayMinutes === oldOnesMinute) return report(await moveOldBack(deps, limits), deps)
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
  return report(await moveBack({ gate, quota, priorities: prioritiesOf(isReserved) }, deps, limits), deps)
}

/** Opens the gate before its time, whatever WeChat tells of the quota; undefined if it was closed in this moment. */
export async function openGateEarly(gate: Gate, quota: Quota | undefined, deps: ResumeDeps, limits: Limits) {
  const { closedAt: _, ...known } = lookAt(gate.closedAt ?? 0, gate.look)
  const look = { ...known, openedAt: deps.now(), openedRemain: quota?.remain ?? 0 }
  return open({ gate, quota: undefined, look }, deps, limits)
}

/** What WeChat tells of the day's template messages; undefined if it does not, and the log says why. */
export async function askQuota(deps: ResumeDeps): Promise<Quota | undefined> {
  const asked = await tryQuota(deps)
  return asked instanceof Error ? undefined : asked
}

/** The same, or the error that it came to, which is logged. */
export async function tryQuota({
  accessTokens,
  wechat,
  log,
  metrics,
}: ResumeDeps): Promise<Quota | WeChatError | TransportError> {
  try {
    const quota = await withAccessToken(accessTokens, token => wechat.quota(token, templateNames.path))
    if (quota.limit > 0) metrics.gauge('QuotaLeftPercent', (100 * quota.remain) / quota.limit)
    return quota
  } catch (error) {
    if (!(error instanceof WeChatError || error instanceof TransportError)) throw error
    log.warn('resume-events.quota-unknown', { error })
    return error
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
  return report(
    await moveBack({ gate, quota, priorities: prioritiesOf(isReserved), most: trialShare }, deps, limits),
    deps,
  )
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
  return minuteOf(now) % lookMinutes === 0
}

function minuteOf(now: number): number {
  return Math.floor(now / 60_000)
}

/** If somebody else changes the pace meanwhile, the next minute does. */
async function learnPace({ pace }: Gate, quota: Quota | undefined, { gate, now }: ResumeDeps): Promise<void> {
  if (!isPaced(pace, now()) || now() - (pace.askedAt ?? 0) < askEveryMs) return
  await gate.setPace({ ...learn(pace, quota?.perMinute, now()), revision: pace.revision + 1 })
}

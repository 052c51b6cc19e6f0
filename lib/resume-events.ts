/** Every minute: lets the events that wait for quota go once it is filled again, no faster than WeChat takes them. */

import type { AccessTokenSource } from './access-token.ts'
import { TransportError, WeChatError } from './errors.ts'
import { inParallel } from './pool.ts'
import type { GateStore, Gauges, Log, Now, ParkedEvents, Quota, WeChat } from './ports.ts'
import { secondsToReset } from './quota-reset.ts'
import { withAccessToken } from './with-access-token.ts'

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

const path = '/cgi-bin/message/template/send'
const dayQuota = 45009
/** What opens so soon is waited for: the next look may be a minute later. */
const patienceMs = 20_000
/** What is left of the quota is looked at every so often even if nothing waits, for ops. */
const lookMinutes = 10
/** A minute's worth, where WeChat does not tell how many calls it takes in one. */
const usualPerMinute = 10_000
const lanes = Array.from({ length: 10 }, (_, lane) => lane)

/** Moves events back until none waits, the minute's share is moved, or the time is up. */
export async function resumeEvents(deps: ResumeDeps, { until }: { readonly until: number }): Promise<ResumeReport> {
  const { closedUntil = 0, reservedUntil = 0 } = await deps.gate.read()
  const opensInMs = closedUntil - deps.now()
  if (opensInMs > patienceMs) return { moved: 0 }
  if (opensInMs > 0) await deps.sleep(opensInMs)
  const isAsked = deps.reserve > 0 || isLookTime(deps.now()) || (await deps.parked.waiting())
  const quota = isAsked ? await askQuota(deps) : undefined
  const isReserved = await keepReserve(quota, reservedUntil, deps)
  if (isReserved || quota?.remain === 0) return { moved: 0 }
  const report = { moved: await moveBack(quota, { until, deps }) }
  if (report.moved > 0) deps.log.info('resume-events.moved', report)
  return report
}

/** Closes the gate to all but urgent messages while no more than the reserve is left. */
async function keepReserve(quota: Quota | undefined, reservedUntil: number, deps: ResumeDeps): Promise<boolean> {
  const now = deps.now()
  if (now < reservedUntil) return true
  if (deps.reserve === 0 || quota === undefined || quota.remain > deps.reserve) return false
  const until = now + secondsToReset(dayQuota, now) * 1000
  deps.log.warn('resume-events.reserved', { remain: quota.remain, until: new Date(until).toISOString() })
  await deps.gate.reserve(until)
  return true
}

type Move = { readonly until: number; readonly deps: ResumeDeps }

async function moveBack(quota: Quota | undefined, { until, deps }: Move): Promise<number> {
  let left = Math.min(quota?.perMinute ?? usualPerMinute, quota?.remain ?? Number.POSITIVE_INFINITY)
  let moved = 0
  await inParallel(lanes, lanes.length, async () => {
    while (left > 0 && deps.now() < until) {
      const share = Math.min(10, left)
      left -= share
      const count = await deps.parked.moveBack(share)
      moved += count
      if (count === 0) return
    }
  })
  return moved
}

function isLookTime(now: number): boolean {
  return Math.floor(now / 60_000) % lookMinutes === 0
}

/** What waits must not wait for ever because WeChat does not tell its quota: then 45009 tells in time. */
async function askQuota({ accessTokens, wechat, log, metrics }: ResumeDeps): Promise<Quota | undefined> {
  try {
    const quota = await withAccessToken(accessTokens, token => wechat.quota(token, path))
    if (quota.limit > 0) metrics.gauge('QuotaLeftPercent', (100 * quota.remain) / quota.limit)
    return quota
  } catch (error) {
    if (!(error instanceof WeChatError || error instanceof TransportError)) throw error
    log.warn('resume-events.quota-unknown', { error })
    return undefined
  }
}

/** What is left of today's quotas, and whether the send gate is open. */

import { TransportError, WeChatError } from '../errors.ts'
import type { Quota } from '../ports.ts'
import { templateNames } from '../send/kinds/template-names.ts'
import type { Gate } from '../send/ports.ts'
import { isPaced } from '../send/send-pace.ts'
import { type Place, showQuota } from './commands.ts'
import type { DoctorDeps } from './deps.ts'
import type { AccountFacts } from './facts.ts'
import { type Finding, ok, warning, wrong } from './finding.ts'
import { pages } from './pages.ts'

const paths = {
  [templateNames.api]: templateNames.path,
  'user/get': '/cgi-bin/user/get',
  'user/info/batchget': '/cgi-bin/user/info/batchget',
}
/** Warn below this share of the limit. */
const low = 0.1
const hint = `it is reset at 00:00 in China; ${pages.quotas} shows it; clear_quota clears it ten times a month`

/** Reads three quotas and the send gate of an account; costs three calls of `openapi/quota/get`. */
export async function checkQuotas(account: AccountFacts, deps: DoctorDeps): Promise<Finding> {
  const ofGate = judgeGate(await account.gate.read(), deps.now(), deps)
  try {
    const ofQuotas = await judgeQuotas(account)
    return ofGate === undefined ? ofQuotas : join(ofGate, ofQuotas)
  } catch (error) {
    // A closed gate is reported even without an access_token.
    if (ofGate === undefined) throw error
    return ofGate
  }
}

function judgeGate({ closedUntil = 0, errcode, reservedUntil = 0, pace }: Gate, now: number, place: Place) {
  const hint = `${showQuota(place)} shows what is on hold, and can open the gate`
  if (now < closedUntil) return wrong(`no message is sent until ${iso(closedUntil)}, after WeChat’s ${errcode}`, hint)
  if (now < reservedUntil) return warning(`only urgent messages are sent until ${iso(reservedUntil)}`, hint)
  if (!isPaced(pace, now)) return undefined
  return warning(
    `${Math.floor(pace.perMinute)} messages a minute are sent, because WeChat accepted no more (45011)`,
    hint,
  )
}

async function judgeQuotas({ wechat, call }: AccountFacts): Promise<Finding> {
  const quotas = await Promise.all(
    Object.entries(paths).map(async ([name, path]) => ({
      name,
      quota: await call(token => wechat.quota(token, path)).catch(errorIfUnanswered),
    })),
  )
  const words = quotas.map(({ name, quota }) => `${name} ${left(quota)}`).join(', ')
  const known = quotas.flatMap(({ quota }) => (quota instanceof Error ? [] : [quota]))
  if (known.some(it => it.remain === 0)) return wrong(words, hint)
  if (known.some(it => it.remain < it.limit * low)) return warning(words, hint)
  return known.length === quotas.length ? ok(words) : warning(words, `${pages.quotas} shows it`)
}

function join(one: Finding, other: Finding): Finding {
  const words = `${one.words}; ${other.words}`
  const hints = [one, other].flatMap(it => it.hint ?? []).join('; ')
  return one.status === 'wrong' || other.status === 'wrong' ? wrong(words, hints) : warning(words, hints)
}

function iso(at: number): string {
  return new Date(at).toISOString()
}

/**
 * WeChat does not answer every account (76021, 76022, 44993: docs/wechat.md 8.2). Errors that affect all calls are
 * explained by other checks.
 */
function errorIfUnanswered(error: unknown): Error {
  const isUntold = error instanceof WeChatError && [76021, 76022, 76003, 44993].includes(error.errcode)
  if (isUntold || error instanceof TransportError) return error
  throw error
}

function left(quota: Quota | Error): string {
  if (quota instanceof Error) return 'not reported by WeChat'
  return `${quota.remain.toLocaleString('en-US')} of ${quota.limit.toLocaleString('en-US')} left`
}

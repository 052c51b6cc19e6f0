/** Reports the refusals by WeChat that operators must act on. */

import { isKnown } from '../errcode.ts'
import { WeChatError } from '../errors.ts'
import type { AppId } from '../identifiers.ts'
import type { AppLog, AppMetrics, Now } from '../ports.ts'

export type WatchDeps = {
  readonly appid: AppId
  readonly now: Now
  readonly log: AppLog
  readonly metrics: AppMetrics
}

/** Fifty calls in flight may get the same refusal: it is reported once per this interval. */
const reportIntervalMs = 30_000

/** Creates the watch for one app; its state is in the memory of one container. */
export function createWatch(deps: WatchDeps): (error: unknown) => void {
  const reportedAt = new Map<string, number>()
  return error => {
    if (!(error instanceof WeChatError)) return
    const refusal = `${error.api} ${error.errcode} ${error.address}`
    if (deps.now() - (reportedAt.get(refusal) ?? Number.NEGATIVE_INFINITY) < reportIntervalMs) return
    if (reportRefusal(error, deps)) reportedAt.set(refusal, deps.now())
  }
}

/** Reports a failed call if its errcode concerns operators, and returns whether it did. */
function reportRefusal(error: WeChatError, { appid, log, metrics }: WatchDeps): boolean {
  if (error.withheld) return false
  const { api, errcode, rid, address } = error
  if (!isKnown(errcode)) {
    metrics.count('UnknownErrcode', { api })
    log.warn('wechat.unknown-errcode', { appid, api, errcode, rid })
  }
  if (address !== undefined) {
    metrics.count('AddressNotAllowed')
    log.error('wechat.address-not-allowed', {
      appid,
      paste: address,
      into: 'the API IP allow-list (IP白名单) of this appid',
    })
  }
  return address !== undefined || !isKnown(errcode)
}

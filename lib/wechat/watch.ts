/** Tells ops what WeChat's refusals mean for them. */

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

/** Fifty calls that are under way meet the same refusal: it is told once, and again after so long. */
const quietMs = 30_000

/** Creates the watch of one app, in the memory of one container. */
export function createWatch(deps: WatchDeps): (error: unknown) => void {
  const toldAt = new Map<string, number>()
  return error => {
    if (!(error instanceof WeChatError)) return
    const kind = `${error.api} ${error.errcode} ${error.address}`
    if (deps.now() - (toldAt.get(kind) ?? Number.NEGATIVE_INFINITY) < quietMs) return
    if (watchRefusal(error, deps)) toldAt.set(kind, deps.now())
  }
}

/** Counts and tells a failed call, where its errcode is ops' business, and whether it is; the caller goes on with it. */
function watchRefusal(error: WeChatError, { appid, log, metrics }: WatchDeps): boolean {
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

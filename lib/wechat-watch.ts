/** Tells ops what WeChat's refusals mean for them. */

import { isKnown } from './errcode.ts'
import { WeChatError } from './errors.ts'
import type { AppId } from './identifiers.ts'
import type { Log, Metrics } from './ports.ts'

export type WatchDeps = { readonly appid: AppId; readonly log: Log; readonly metrics: Metrics }

/** Counts and tells a failed call, where its errcode is ops' business; whatever it is, the caller goes on with it. */
export function watchRefusal(error: unknown, { appid, log, metrics }: WatchDeps): void {
  if (!(error instanceof WeChatError) || error.withheld) return
  const { api, errcode, rid, address } = error
  if (!isKnown(errcode)) {
    metrics.count('UnknownErrcode', { api })
    log.warn('wechat.unknown-errcode', { appid, api, errcode, rid })
  }
  if (address !== undefined) {
    metrics.count('AddressNotAllowed', { appid })
    log.error('wechat.address-not-allowed', {
      appid,
      paste: address,
      into: 'the API IP allow-list (IP白名单) of this appid',
    })
  }
}

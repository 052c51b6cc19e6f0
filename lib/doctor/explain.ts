/** The finding for a failed call, if the check itself has no better one. */

import { TransportError, WeChatError } from '../errors.ts'
import { type Finding, notChecked, Unchecked, warning, wrong } from './finding.ts'
import { pages } from './pages.ts'

/** Explains a failure without a stack, a URL or a secret. */
export function explain(error: unknown): Finding {
  if (error instanceof Unchecked) return notChecked(error.message)
  if (error instanceof WeChatError) return explainRefusal(error)
  if (error instanceof TransportError) return warning(error.message, 'run this again in a minute')
  return wrong(`this check crashed (${nameOf(error)})`, 'read the log of the function doctor')
}

function explainRefusal(error: WeChatError): Finding {
  const { api, errcode } = error
  if (errcode === 40164) return notChecked(`WeChat does not admit our address to ${api} (see the allow-list)`)
  if (errcode === 48001) return notChecked(`the account may not call ${api} (see the certification)`)
  if (error.class === 'quota') return notChecked(`the quota of ${api} is used up (${errcode}; see the quotas)`)
  if (error.class === 'transient') return warning(messageOf(error), 'run this again in a minute')
  if (errcode === 40001 || errcode === 40014 || errcode === 42001) {
    const hint = 'find the other system: it can use GET /token instead (SHARE_TOKENS=on, docs/http-api.md)'
    return wrong(`${api}: WeChat rejects even a fresh access_token (${errcode}): another system fetches tokens`, hint)
  }
  return wrong(messageOf(error), `see WeChat’s notice: ${pages.official.notices}`)
}

/** The refusal in WeChat's own words; `rid` is the request id that its support asks for. */
export function messageOf({ message, rid }: WeChatError): string {
  return rid === undefined ? message : `${message} (rid ${rid})`
}

/** The kind of an error: the network's `ECONNREFUSED`, AWS's `AccessDenied`. Its message could contain anything. */
export function nameOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown'
  const inner = 'code' in error && typeof error.code === 'string' ? error.code : undefined
  return inner ?? (error.cause instanceof Error ? nameOf(error.cause) : error.name)
}

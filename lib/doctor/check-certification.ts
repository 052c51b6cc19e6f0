/**
 * Whether an Official Account has the API permissions that this service needs: only a certified service account (服务号)
 * has them (docs/wechat.md 12.1).
 */

import type { WeChatError } from '../errors.ts'
import { type AccountFacts, refusalOf } from './facts.ts'
import { type Finding, notChecked, ok, wrong } from './finding.ts'
import { pages } from './pages.ts'

/** Makes no calls beyond those of other checks. */
export async function checkCertification({ firstPage, accountTemplates }: AccountFacts): Promise<Finding> {
  const calls = [firstPage(), accountTemplates()]
  const refusals = await Promise.all(calls.map(refusalOf))
  const barred = refusals.filter((it): it is WeChatError => it?.errcode === 48001).map(it => it.api)
  if (barred.length > 0) {
    const hint = `${pages.certification}: get the account certified; it must be a 服务号`
    return wrong(`the account may not call ${barred.join(', ')} (48001)`, hint)
  }
  const outcomes = await Promise.allSettled(calls)
  if (outcomes.some(it => it.status === 'fulfilled')) return ok('the account may read followers and templates')
  return notChecked('neither followers nor templates could be read (see the credentials, and the allow-list)')
}

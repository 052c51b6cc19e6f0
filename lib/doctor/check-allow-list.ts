/** Whether the IP address that our calls come from is on an app's allow-list (docs/wechat.md 2.3). */

import type { AccountFacts, MiniFacts } from './facts.ts'
import { refusalOf } from './facts.ts'
import { type Finding, notChecked, ok, wrong } from './finding.ts'
import { pages } from './pages.ts'

/** WeChat reveals the address only in its refusal. Makes no calls beyond those of other checks. */
export async function checkAllowList(facts: AccountFacts | MiniFacts): Promise<Finding> {
  const asked = [facts.token(), ...('firstPage' in facts ? [facts.firstPage()] : [])]
  const [[first], refusals] = await Promise.all([Promise.allSettled(asked), Promise.all(asked.map(refusalOf))])
  const refused = refusals.find(it => it?.errcode === 40164)
  if (refused !== undefined) {
    const address = refused.address ?? 'an address that it does not name'
    const hint = `paste ${address} into ${pages[facts.app.kind].allowList}`
    return wrong(`WeChat sees us call from ${address}, and does not admit it (40164)`, hint)
  }
  if (first?.status === 'fulfilled') return ok('WeChat admits our address')
  return notChecked('WeChat says so only once the credentials are good (see the credentials)')
}

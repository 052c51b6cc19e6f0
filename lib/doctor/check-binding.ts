/**
 * Whether a mini program and the Official Account that its users follow share an Open Platform account, which unionids
 * require (docs/wechat.md 2.1).
 */

import { syncEveryone } from './commands.ts'
import type { DoctorDeps } from './deps.ts'
import type { AccountFacts } from './facts.ts'
import { type Finding, notChecked, ok, warning, wrong } from './finding.ts'
import { pages } from './pages.ts'

/** Looks up at most a hundred followers of the account; costs one `user/get` and one `batchget`, shared by its mini programs. */
export async function checkBinding({ someFollowers }: AccountFacts, deps: DoctorDeps): Promise<Finding> {
  const bind = `${pages.bindOfficial}, and ${pages.bindMini}, of the same account; then ${syncEveryone(deps)}`
  const followers = await someFollowers()
  if (followers.length === 0) {
    return notChecked('nobody follows the account yet', 'follow it with a phone, and run this again')
  }
  const following = followers.filter(it => it.following)
  const bound = following.filter(it => it.unionid !== undefined).length
  const words = `${bound} of ${following.length} followers have a unionid`
  if (bound === 0 && deps.isTestAccount)
    return warning(`${words}, as on most test accounts`, 'push events to an openid')
  if (bound === 0) return wrong(`${words}: the Official Account is bound to no Open Platform account`, bind)
  if (bound < following.length) return warning(words, bind)
  return ok(words)
}

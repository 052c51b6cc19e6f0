/** Whether both apps share an Open Platform account, which unionids require (docs/wechat.md 2.1). */

import { syncEveryone } from './commands.ts'
import type { DoctorDeps } from './deps.ts'
import type { Facts } from './facts.ts'
import { type Finding, notChecked, ok, warning, wrong } from './finding.ts'
import { pages } from './pages.ts'

const sampleSize = 100

/** Looks up at most a hundred followers; costs one `user/get` and one `batchget`. */
export async function checkBinding(deps: DoctorDeps, { firstPage, call }: Facts): Promise<Finding> {
  const { official } = deps
  const bind = `${pages.bindOfficial}, and ${pages.bindMini}, of the same account; then ${syncEveryone(deps)}`
  const { openids } = await firstPage()
  if (openids.length === 0) {
    return notChecked('nobody follows the account yet', 'follow it with a phone, and run this again')
  }
  const sample = openids.slice(0, sampleSize)
  const followers = await call(token => official.wechat.followerInfo(token, sample))
  const following = followers.filter(it => it.following)
  const bound = following.filter(it => it.unionid !== undefined).length
  const words = `${bound} of ${following.length} followers have a unionid`
  if (bound === 0 && deps.isTestAccount)
    return warning(`${words}, as on most test accounts`, 'push events to an openid')
  if (bound === 0) return wrong(`${words}: the Official Account is bound to no Open Platform account`, bind)
  if (bound < following.length) return warning(words, bind)
  return ok(words)
}

/** Whether a mini program is linked to the Official Account that its users follow, so that messages may open it. */

import type { DoctorMini } from './deps.ts'
import { type Finding, notChecked } from './finding.ts'
import { pages } from './pages.ts'

/** No API reveals it to the account itself (docs/wechat.md 12.1); to try it, one would have to message somebody. */
export async function checkMiniLink({ app }: DoctorMini): Promise<Finding> {
  return notChecked(
    'WeChat has no API for it; without the link, messages with a page are refused with 40013',
    `check that ${app.appid} is in ${pages.linkedPrograms}`,
  )
}

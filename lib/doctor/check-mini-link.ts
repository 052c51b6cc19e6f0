/** Whether a mini program is linked to the Official Account that its users follow, so that messages may open it. */

import type { DoctorMini } from './deps.ts'
import { type Finding, notChecked } from './finding.ts'
import { pages } from './pages.ts'

/** No call of an account's own tells (docs/wechat.md 12.1), only platforms may ask; to try it is to write to somebody. */
export async function checkMiniLink({ app }: DoctorMini): Promise<Finding> {
  return notChecked(
    'WeChat tells it to nobody; a message with a page is refused with 40013 if it is not so',
    `look whether ${app.appid} is in ${pages.linkedPrograms}`,
  )
}

/** A test account (测试号) has one page, no console (docs/wechat.md 12.4): rewrites findings to name that page. */

import type { Finding } from './finding.ts'
import { pages } from './pages.ts'

const page = 'mp.weixin.qq.com/debug/cgi-bin/sandboxinfo (测试号管理)'

/** The fields of that page in place of the console's; for anything else, the page itself. */
const replacements: readonly (readonly [string, string])[] = [
  [pages.official.secret, `${page} → 测试号信息`],
  [pages.official.allowList, page],
  [pages.official.notices, page],
  [pages.certification, `${page} → 体验接口权限表`],
  [pages.templates, `${page} → 模板消息接口`],
  [pages.linkedPrograms, page],
  [pages.official.messagePush, `${page} → 接口配置信息`],
  [pages.quotas, `${page} → 体验接口权限表`],
]

/** The same finding with the pages of a test account. */
export function onTestAccount({ status, words, hint }: Finding): Finding {
  return { status, words: replacePages(words), ...(hint === undefined ? {} : { hint: replacePages(hint) }) }
}

function replacePages(text: string): string {
  return replacements.reduce((told, [console, own]) => told.replaceAll(console, own), text)
}

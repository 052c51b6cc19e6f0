/** WeChat in a box has no console: rewrites findings to name its control API, and leaves out checks that say nothing there. */

import type { Finding } from './finding.ts'
import { pages } from './pages.ts'

const control = 'WeChat in a box (local/wechat/README.md)'

/** What one sets in the box instead of on these pages; for all other pages its control API as a whole. */
const replacements: readonly (readonly [string, string])[] = [
  [pages.official.secret, `${control}: POST /_box/appsecret/reset`],
  [pages.mini.secret, `${control}: POST /_box/appsecret/reset`],
  [pages.official.allowList, `${control}: POST /_box/allow-list`],
  [pages.mini.allowList, `${control}: POST /_box/allow-list`],
  [pages.quotas, `${control}: /_box/quota`],
]
const others = [pages.official, pages.mini, pages].flatMap(it =>
  Object.values(it).filter(page => typeof page === 'string'),
)

/** The same finding without a page that only WeChat has. */
export function inBox({ status, words, hint }: Finding): Finding {
  return { status, words: replacePages(words), ...(hint === undefined ? {} : { hint: replacePages(hint) }) }
}

function replacePages(text: string): string {
  const named = replacements.reduce((told, [page, own]) => told.replaceAll(page, own), text)
  return others.reduce((told, page) => told.replaceAll(page, control), named)
}

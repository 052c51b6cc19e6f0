/** Puts what a month costs between its marks in a document. */

import { costTexts } from './text.ts'

/** Answers the document with both texts as they are now; throws where a mark is missing. */
export async function withCosts(document: string): Promise<string> {
  const { english, chinese } = await costTexts()
  return between(between(document, 'costs', `${english}\n`), '费用', chinese)
}

function between(document: string, mark: string, text: string): string {
  const [begin, end] = [`<!-- ${mark}: npm run costs -->\n`, `\n<!-- /${mark} -->`]
  const [from, to] = [document.indexOf(begin), document.indexOf(end)]
  if (from < 0 || to < from) throw new Error(`docs/deploy.md has no ${begin.trim()} … ${end.trim()}`)
  return `${document.slice(0, from + begin.length)}${text}${document.slice(to)}`
}

/** Puts what a month costs between its marks in a document. */

import { between } from '../command/document.ts'
import { costTexts } from './text.ts'

/** Answers the document with both texts as they are now; throws where a mark is missing. */
export async function withCosts(document: string): Promise<string> {
  const { english, chinese } = await costTexts()
  const marksOf = (name: string) => [`<!-- ${name}: npm run costs -->`, `<!-- /${name} -->`] as const
  return between(between(document, marksOf('costs'), `${english}\n`), marksOf('费用'), chinese)
}

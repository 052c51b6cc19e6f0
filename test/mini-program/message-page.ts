import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** The page, without its query, that the example's template message opens; both examples and the local story agree. */
export async function readMessagePage(): Promise<string> {
  const root = join(import.meta.dirname, '../..')
  const files = ['examples/push-event/push-event.mjs', 'examples/push-event/push_event.py', 'local/story.ts']
  const texts = await Promise.all(files.map(it => readFile(join(root, it), 'utf8')))
  const pages = new Set(texts.map(text => /\bpage"?: f?[`"']([^?`"']+)\?id=/.exec(text)?.[1]))
  const [page] = pages
  if (pages.size !== 1 || page === undefined) throw new Error(`the pages differ: ${[...pages].join(', ')}`)
  return page
}

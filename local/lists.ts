import { watch } from 'node:fs'
import { basename, dirname } from 'node:path'
import { isDeepStrictEqual } from 'node:util'

/** Receives one line about the stack itself: a warning, unless it is only news. */
export type Report = (line: string, isNews?: boolean) => void

/** A list in a file of the project; `Content` has an entry for each name in it. */
export type List<Content extends Entries = Entries> = {
  file: string
  /** Reads the list as it is now; throws an error that says what is wrong with it. */
  read(): Content
  /** Makes what runs use it. */
  use(content: Content): unknown
}
type Entries = ReadonlyMap<string, unknown>

// An editor may write a file in several steps.
const settleMs = 100

/** Rereads a list whenever its file changes, and says in one line what is new in it, or what is wrong: then the last good one stays. */
export function watchList<Content extends Entries>({ file, read, use }: List<Content>, report: Report) {
  const name = basename(file)
  let timer: NodeJS.Timeout | undefined
  let good = read()
  let last = Promise.resolve()

  async function reread(): Promise<void> {
    try {
      const content = read()
      const changes = describeChanges(good, content)
      if (changes === undefined) return
      good = content
      report(`${name}: ${changes}`, true)
      await use(content)
    } catch (error) {
      report(`${describeTrouble(name, error)}; the last good list stays in use until it is fixed`)
    }
  }

  // Watches the folder, because editors replace the file.
  const watcher = watch(dirname(file), (_, changed) => {
    if (changed !== name) return
    clearTimeout(timer)
    timer = setTimeout(() => {
      last = last.then(reread)
    }, settleMs)
  })
  return {
    async close() {
      clearTimeout(timer)
      watcher.close()
      await last
    },
  }
}

/** Names what is new, what is another, and what is gone; undefined if nothing is. */
function describeChanges(before: Entries, now: Entries): string | undefined {
  const names = (isOne: (name: string) => boolean, of: Entries) => [...of.keys()].filter(isOne)
  const parts = [
    ['added', names(it => !before.has(it), now)],
    ['changed', names(it => before.has(it) && !isDeepStrictEqual(before.get(it), now.get(it)), now)],
    ['removed', names(it => !now.has(it), before)],
  ] as const
  const told = parts.flatMap(([what, them]) => (them.length === 0 ? [] : `${what} ${them.join(', ')}`))
  return told.length === 0 ? undefined : told.join('; ')
}

/** All mistakes in one line, with the name of the file. */
function describeTrouble(name: string, error: unknown): string {
  const words = (error instanceof Error ? error.message : String(error)).replaceAll(/\s*\n\s*/g, '; ')
  return words.includes(name) ? words : `${name}: ${words}`
}

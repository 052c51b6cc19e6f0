import { readFileSync, watch } from 'node:fs'
import { basename, dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { OnLoadResult, Plugin } from 'esbuild'
import { ConfigError } from '../lib/errors.ts'
import { readTemplateList, type TemplateList } from '../lib/send/template-list.ts'
import { SettingsError } from './environment.ts'

const projectFile = fileURLToPath(new URL('../templates.json', import.meta.url))

/** Reads the current list of the local stage; throws a SettingsError that lists all mistakes in it. */
export function readLocalTemplates(file = projectFile): TemplateList {
  return readWithText(file).list
}

function readWithText(file: string): { text: string; list: TemplateList } {
  try {
    const text = readFileSync(file, 'utf8')
    return { text, list: readTemplateList(JSON.parse(text), 'local') }
  } catch (error) {
    if (error instanceof ConfigError) throw new SettingsError(error.problems)
    throw new SettingsError([`templates.json cannot be read: ${error instanceof Error ? error.message : error}`])
  }
}

/**
 * Makes esbuild build the functions with the last valid list: a failed build removes the bundles, and no function could
 * be loaded while somebody edits the file.
 */
export function keepGoodTemplates(file = projectFile): Plugin {
  let good: string | undefined
  const load = (): OnLoadResult => {
    try {
      good = readWithText(file).text
    } catch (error) {
      if (good === undefined) throw error
    }
    return { contents: good, loader: 'json' }
  }
  return {
    name: 'keep-good-templates',
    setup(build) {
      // Resolved here too: an editor may remove the file for a moment.
      build.onResolve({ filter: /\/templates\.json$/ }, () => ({ path: file }))
      build.onLoad({ filter: /[\\/]templates\.json$/ }, load)
    },
  }
}

/** Who is notified of changes to the list. */
export type TemplatesWatcher = {
  onChange: (list: TemplateList) => void
  /** Receives a line about an invalid list; the previous list stays. */
  report: (line: string) => void
}

// An editor may write a file in several steps.
const settleMs = 100

/** Reloads the list whenever it changes. */
export function watchLocalTemplates({ onChange, report }: TemplatesWatcher, file = projectFile) {
  let timer: NodeJS.Timeout | undefined
  const read = () => {
    try {
      onChange(readLocalTemplates(file))
    } catch (error) {
      report(`${error instanceof Error ? error.message : error}; the previous list stays until it is fixed`)
    }
  }
  // Watches the folder, because editors replace the file.
  const watcher = watch(dirname(file), (_, name) => {
    if (name !== basename(file)) return
    clearTimeout(timer)
    timer = setTimeout(read, settleMs)
  })
  return {
    close() {
      clearTimeout(timer)
      watcher.close()
    },
  }
}

import { existsSync, readFileSync, watch } from 'node:fs'
import { basename, dirname } from 'node:path'
import type { OnLoadResult, Plugin, PluginBuild } from 'esbuild'
import type { AppName } from '../lib/apps.ts'
import { readReplyLists } from '../lib/callback/reply-list.ts'
import { ConfigError } from '../lib/errors.ts'
import { readTemplateLists, type TemplateList } from '../lib/send/template-list.ts'
import { listFile, readStageApps } from './apps.ts'
import { SettingsError } from './environment.ts'
import { readPair } from './wechat-keys.ts'

type Officials = readonly { readonly name: AppName }[]

/** Reads the current lists of the local stage, by Official Account; throws a SettingsError that lists all mistakes in them. */
export function readLocalTemplateLists(
  officials: Officials,
  file = listFile('templates.json'),
): ReadonlyMap<AppName, TemplateList> {
  try {
    return readTemplateLists(JSON.parse(readFileSync(file, 'utf8')), 'local', officials)
  } catch (error) {
    if (error instanceof ConfigError) throw new SettingsError(error.problems)
    throw new SettingsError([`templates.json cannot be read: ${error instanceof Error ? error.message : error}`])
  }
}

/** Reads them all, and returns the default Official Account's. */
export function readLocalTemplates(officials: Officials, file = listFile('templates.json')): TemplateList {
  return readLocalTemplateLists(officials, file).get(officials[0]?.name ?? '') ?? {}
}

const projectFiles = () => ({
  apps: listFile('apps.json'),
  templates: listFile('templates.json'),
  replies: listFile('replies.json'),
})

/**
 * Makes esbuild build the functions with the last valid apps.json, templates.json and replies.json: a failed build removes the
 * bundles, and no function could be loaded while somebody edits a file.
 */
export function keepGoodLists(files = projectFiles()): Plugin {
  const officials = () => readStageApps('local', () => readPair({}), files.apps).apps.officials
  return {
    name: 'keep-good-lists',
    setup(build) {
      keepGood(build, files.apps, officials)
      keepGood(build, files.templates, () => readLocalTemplates(officials(), files.templates))
      keepGood(build, files.replies, () =>
        readReplyLists(JSON.parse(readFileSync(files.replies, 'utf8')), 'local', officials()),
      )
    },
  }
}

/** `check` throws where the file cannot be used. */
function keepGood(build: PluginBuild, file: string, check: () => unknown): void {
  let good: string | undefined
  const load = (): OnLoadResult => {
    try {
      check()
      if (existsSync(file)) good = readFileSync(file, 'utf8')
      // Without apps.json there is a list of no stage; a missing templates.json fails its check.
      good ??= '{}'
    } catch (error) {
      if (good === undefined) throw error
    }
    return { contents: good, loader: 'json' }
  }
  const name = basename(file, '.json')
  // Resolved here too: an editor may remove the file for a moment.
  build.onResolve({ filter: new RegExp(`/${name}\\.json$`) }, () => ({ path: file }))
  build.onLoad({ filter: new RegExp(`[\\\\/]${name}\\.json$`) }, load)
}

/** Who is notified of changes to the lists. */
export type TemplatesWatcher = {
  officials: Officials
  /** Receives the lists by Official Account. */
  onChange: (lists: ReadonlyMap<AppName, TemplateList>) => void
  /** Receives a line about an invalid list; the previous list stays. */
  report: (line: string) => void
}

// An editor may write a file in several steps.
const settleMs = 100

/** Reloads the list whenever it changes. */
export function watchLocalTemplates(
  { officials, onChange, report }: TemplatesWatcher,
  file = listFile('templates.json'),
) {
  let timer: NodeJS.Timeout | undefined
  const read = () => {
    try {
      onChange(readLocalTemplateLists(officials, file))
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

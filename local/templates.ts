import { existsSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'
import type { OnLoadResult, Plugin, PluginBuild } from 'esbuild'
import type { AppName } from '../lib/apps.ts'
import type { Replies } from '../lib/callback/replies.ts'
import { readReplyLists } from '../lib/callback/reply-list.ts'
import { readTemplateLists, type TemplateList } from '../lib/send/template-list.ts'
import { listFile, parseList, readStageApps } from './apps.ts'
import { asSettings } from './environment.ts'
import type { List } from './lists.ts'
import { readPair } from './wechat-keys.ts'

type Officials = readonly { readonly name: AppName }[]

/** Reads the current lists of the local stage, by Official Account; throws a SettingsError that lists all mistakes in them. */
export function readLocalTemplateLists(
  officials: Officials,
  file = listFile('templates.json'),
): ReadonlyMap<AppName, TemplateList> {
  return asSettings(() => readTemplateLists(parseList(file), 'local', officials))
}

/** Reads them all, and returns the default Official Account's. */
export function readLocalTemplates(officials: Officials, file = listFile('templates.json')): TemplateList {
  return readLocalTemplateLists(officials, file).get(officials[0]?.name ?? '') ?? {}
}

/** Reads the replies of the local stage, by Official Account; throws a SettingsError that lists all mistakes in them. */
export function readLocalReplies(officials: Officials, file = listFile('replies.json')): ReadonlyMap<AppName, Replies> {
  return existsSync(file) ? asSettings(() => readReplyLists(parseList(file), 'local', officials)) : new Map()
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
      keepGood(build, files.replies, () => readLocalReplies(officials(), files.replies))
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
      // Without apps.json or replies.json there is a list of no stage; a missing templates.json fails its check.
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

/** The templates of the local stage, by their names and, where there are several Official Accounts, their account's. */
export function templatesToWatch(
  officials: () => Officials,
  use: (lists: ReadonlyMap<AppName, TemplateList>) => void,
  file = listFile('templates.json'),
): List {
  const read = () => readLocalTemplateLists(officials(), file)
  const nameIn = (account: AppName, name: string) => (officials().length === 1 ? name : `${name} of ${account}`)
  return {
    file,
    read: () =>
      new Map(
        [...read()].flatMap(([account, list]) =>
          Object.entries(list).map(([name, template]) => [nameIn(account, name), template] as const),
        ),
      ),
    use: () => use(read()),
  }
}

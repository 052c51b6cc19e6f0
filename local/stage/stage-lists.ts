/** The apps and templates of a stage as their files are now: while somebody edits one, as it was when it could be read last. */

import { existsSync, readFileSync } from 'node:fs'

import type { AppName } from '../../lib/apps.ts'
import type { ConsoleDeps } from '../../lib/console/ports.ts'
import { ConfigError } from '../../lib/errors.ts'
import { readTemplateLists, type TemplateList } from '../../lib/send/template-list.ts'
import { listFile, readStageApps } from '../apps.ts'
import type { Environment } from '../environment.ts'
import { readPair } from '../wechat-keys.ts'

type Lists = Pick<ConsoleDeps, 'apps' | 'templates'>
type Templates = ReadonlyMap<AppName, TemplateList>

/** Opens them; throws a ConfigError if apps.json is wrong from the first. */
export function openLists(stage: string, env: Environment): () => Lists {
  const [appsFile, templatesFile] = [listFile('apps.json'), listFile('templates.json')]
  const readApps = () => readStageApps(stage, () => readPair(env), appsFile).apps
  const apps = lastGood([appsFile], readApps, readApps())
  const readTemplates = () => readTemplateLists(JSON.parse(textOf(templatesFile)), stage, apps().officials)
  const templates = lastGood<Templates>([appsFile, templatesFile], readTemplates, new Map())
  return () => ({ apps: apps(), templates })
}

/** Reads anew only what was changed. */
function lastGood<T>(files: readonly string[], read: () => T, first: T): () => T {
  let [good, texts]: [T, string | undefined] = [first, undefined]
  return () => {
    const now = files.map(textOf).join('\n')
    if (now === texts) return good
    texts = now
    try {
      good = read()
    } catch (error) {
      if (!(error instanceof ConfigError || error instanceof SyntaxError)) throw error
    }
    return good
  }
}

function textOf(file: string): string {
  return existsSync(file) ? readFileSync(file, 'utf8') : ''
}

import { existsSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { hasApps, type Pair, readApps } from '../lib/app-list.ts'
import type { App, Apps } from '../lib/apps.ts'
import { ConfigError } from '../lib/errors.ts'
import { problemsOfKeys } from '../lib/json-keys.ts'

const projectFolder = fileURLToPath(new URL('..', import.meta.url))

/** One of the project's lists; `npm run demo -- --accounts` has its own. */
export const listFile = (name: 'apps.json' | 'templates.json' | 'replies.json' | 'menu.json') =>
  join(process.env.LISTS_FOLDER ?? projectFolder, name)

/** The apps of a stage on one machine or of a command; `isListed` tells whether apps.json has it, else they are `pair`. */
export type StageApps = { readonly apps: Apps; readonly isListed: boolean }

/** Reads the list as it is now; throws a ConfigError that names all that is wrong with it. */
export function readStageApps(stage: string, pair: () => Pair, file = listFile('apps.json')): StageApps {
  const lists = readJson(file)
  return { apps: readApps(lists, stage, pair), isListed: hasApps(lists, stage) }
}

/** A project without the file has a list of no stage. */
function readJson(file: string): unknown {
  return existsSync(file) ? parseList(file) : {}
}

/** Reads one of the lists as JSON; throws a ConfigError for what is none, and for keys that would be lost. */
export function parseList(file: string): unknown {
  try {
    const text = readFileSync(file, 'utf8')
    const problems = problemsOfKeys(text)
    if (problems.length > 0) throw new Error(problems.join('; '))
    return JSON.parse(text)
  } catch (error) {
    throw new ConfigError([`${basename(file)} cannot be read: ${error instanceof Error ? error.message : error}`])
  }
}

/** The variable that gives the appsecret of an app. */
export function secretVariableOf({ kind, name }: App, { officials, minis }: Apps): string {
  const [first] = kind === 'official' ? officials : minis
  if (name === first.name) return kind === 'official' ? 'WECHAT_OFFICIAL_SECRET' : 'WECHAT_MINI_SECRET'
  return `WECHAT_SECRET_${name.replaceAll('-', '_').toUpperCase()}`
}

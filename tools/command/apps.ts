/** Which app of its stage a verb is about, by the checkout's apps.json: asked before anything is called. */

import type { App, AppName, Apps } from '../../lib/apps.ts'
import { listFile, readStageApps } from '../../local/apps.ts'
import { asSettings } from '../../local/environment.ts'
import { readPair } from '../../local/wechat-keys.ts'
import { UsageError } from './options.ts'

/** A verb that is about one app, or without one about all or the default one. */
export type OfApp = { readonly app?: AppName }

/** The option of verbs that are about any app. */
export const appOption = {
  app: { type: 'string', value: '<name>', summary: 'one app of the stage, by its name in apps.json; without it all' },
} as const

/** The option of verbs that are about an Official Account. */
export const officialOption = {
  app: {
    type: 'string',
    value: '<name>',
    summary: 'an Official Account of the stage, by its name in apps.json; without it the default one',
  },
} as const

/** Reads the apps of a stage; throws a SettingsError that names all that is wrong. What the names stand for is of no account. */
export function readApps(stage: string, file = listFile('apps.json')): Apps {
  return asSettings(() => readStageApps(stage, () => readPair({}), file).apps)
}

/** Reads `--app`; throws UsageError for a name that none of these has. */
export function readApp(app: string | undefined, stage: string, apps: readonly App[]): OfApp {
  if (app === undefined) return {}
  if (apps.some(it => it.name === app)) return { app }
  const known = apps.map(it => it.name).join(', ')
  throw new UsageError(`--app takes one of the apps of stage ${stage} (${known}), not "${app}"`)
}

/** For a command line to copy. */
export function appArgs({ app }: OfApp): readonly string[] {
  return app === undefined ? [] : ['--app', app]
}

/** What is said of it: nothing of no app. */
export function saidOf({ app }: OfApp): string {
  return app === undefined ? '' : ` of ${app}`
}

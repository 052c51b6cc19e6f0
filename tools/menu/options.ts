/** What `menu` is told on the command line. */

import type { Apps } from '../../lib/apps.ts'
import type { Environment } from '../../local/environment.ts'
import type { Stage } from '../../local/stage/place.ts'
import { type OfApp, officialOption, readApp, readApps } from '../command/apps.ts'
import type { Spec } from '../command/help.ts'
import { jsonOption, readOptions, readStage, stageOptions, UsageError } from '../command/options.ts'

export type Options = Stage &
  OfApp & {
    readonly action: 'show' | 'write' | 'apply'
    /** The console's entries take the place of others in the files. */
    readonly replace: boolean
    readonly officials: Apps['officials']
  }

export const spec = {
  verb: 'menu',
  summary: 'shows an Official Account’s menu and automatic replies, writes them as files, and creates the menu',
  options: {
    write: { type: 'boolean', summary: 'writes them into replies.json and menu.json of this checkout' },
    replace: { type: 'boolean', summary: 'with --write: replaces what stands there already and differs' },
    apply: { type: 'boolean', summary: 'creates the menu of menu.json in WeChat, in place of the present one' },
    ...officialOption,
    ...stageOptions,
    ...jsonOption,
  },
  notes:
    'Run it with --write before the message push is switched on: from then on the console’s menu and replies stop.\n' +
    'It costs two calls to WeChat.',
  exitCodes: ['it was shown, written or created', 'it was not or WeChat shows another menu'],
} as const satisfies Spec

/** Reads the options; throws UsageError. */
export function parseOptions(args: readonly string[], env: Environment, file?: string): Options {
  const { write = false, apply = false, replace = false, app, ...values } = readOptions(args, env, spec)
  if (write && apply) throw new UsageError('--write and --apply are two steps: look at the files in between')
  if (replace && !write) throw new UsageError('--replace goes with --write')
  const stage = readStage(values, env)
  const { officials } = readApps(stage.stage, file)
  const action = write ? 'write' : apply ? 'apply' : 'show'
  return { ...stage, ...readApp(app, stage.stage, officials), action, replace, officials }
}

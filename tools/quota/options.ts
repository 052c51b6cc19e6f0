/** What `quota` is told on the command line. */

import type { Environment } from '../../local/environment.ts'
import type { Stage } from '../../local/stage/place.ts'
import { type OfApp, officialOption, readApp, readApps } from '../command/apps.ts'
import type { Spec } from '../command/help.ts'
import { jsonOption, readOptions, readStage, stageOptions } from '../command/options.ts'

export type Options = Stage &
  OfApp & {
    /** Opens the gate now, whatever WeChat tells of the quota. */
    readonly reopen: boolean
  }

export const spec = {
  verb: 'quota',
  summary: 'shows the day’s quota of messages, the gate, and what waits for quota',
  options: {
    reopen: {
      type: 'boolean',
      summary: 'opens the gate now: a few events first, the others a minute later if WeChat takes those',
    },
    ...officialOption,
    ...stageOptions,
    ...jsonOption,
  },
  notes:
    'While the gate is closed, the stage itself looks every second minute whether there is quota again.\n' +
    'It costs one call of openapi/quota/get.',
  exitCodes: ['messages may leave', 'they may not or nobody could be asked'],
} as const satisfies Spec

/** Reads the options; throws UsageError. */
export function parseOptions(args: readonly string[], env: Environment, file?: string): Options {
  const { reopen = false, app, ...values } = readOptions(args, env, spec)
  const stage = readStage(values, env)
  return { ...stage, ...readApp(app, stage.stage, readApps(stage.stage, file).officials), reopen }
}

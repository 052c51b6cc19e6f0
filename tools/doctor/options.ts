/** What `doctor` is told on the command line. */

import type { Environment } from '../../local/environment.ts'
import type { Stage } from '../../local/stage/place.ts'
import { appOption, type OfApp, readApp, readApps } from '../command/apps.ts'
import type { Spec } from '../command/help.ts'
import { jsonOption, readOptions, readStage, stageOptions } from '../command/options.ts'

export type Options = Stage &
  OfApp & {
    /** Writes the report as it came, for programs. */
    readonly json: boolean
  }

export const spec = {
  verb: 'doctor',
  summary: 'says what is wrong with a stage, and with its apps, and what to do about it',
  options: { ...appOption, ...stageOptions, ...jsonOption },
  notes:
    "It changes nothing, and costs eight calls to WeChat of this day's quotas for a pair of apps, nine without an access token.",
  exitCodes: ['nothing is wrong', 'something is or could not be looked at'],
} as const satisfies Spec

/** Reads the options; throws UsageError. */
export function parseOptions(args: readonly string[], env: Environment, file?: string): Options {
  const { json = false, app, ...values } = readOptions(args, env, spec)
  const stage = readStage(values, env)
  const { officials, minis } = readApps(stage.stage, file)
  return { ...stage, ...readApp(app, stage.stage, [...officials, ...minis]), json }
}

/** What `doctor` is told on the command line. */

import type { Environment } from '../../local/environment.ts'
import type { Spec } from '../command/help.ts'
import { jsonOption, readOptions, readStage, type Stage, stageOptions } from '../command/options.ts'

export type Options = Stage & {
  /** Writes the report as it came, for programs. */
  readonly json: boolean
}

export const spec = {
  verb: 'doctor',
  summary: 'says what is wrong with a stage, and with both apps, and what to do about it',
  options: { ...stageOptions, ...jsonOption },
  notes:
    "It changes nothing, and costs eight calls to WeChat of this day's quotas, nine on a stage without an access token.",
  exitCodes: ['nothing is wrong', 'something is or could not be looked at'],
} as const satisfies Spec

/** Reads the options; throws UsageError. */
export function parseOptions(args: readonly string[], env: Environment): Options {
  const { json = false, ...stage } = readOptions(args, env, spec)
  return { ...readStage(stage, env), json }
}

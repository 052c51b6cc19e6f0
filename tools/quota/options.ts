/** What `quota` is told on the command line. */

import type { Environment } from '../../local/environment.ts'
import type { Spec } from '../command/help.ts'
import { jsonOption, readOptions, readStage, type Stage, stageOptions } from '../command/options.ts'

export type Options = Stage & {
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
    ...stageOptions,
    ...jsonOption,
  },
  notes:
    'While the gate is closed, the stage itself looks every second minute whether there is quota again.\n' +
    'It costs one call of openapi/quota/get.',
  exitCodes: ['messages may leave', 'they may not or nobody could be asked'],
} as const satisfies Spec

/** Reads the options; throws UsageError. */
export function parseOptions(args: readonly string[], env: Environment): Options {
  const { reopen = false, ...stage } = readOptions(args, env, spec)
  return { ...readStage(stage, env), reopen }
}

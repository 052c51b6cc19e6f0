/** What `npm run quota` is told on its command line. */

import type { Environment } from '../../local/environment.ts'
import { commandLine, readOptions, readStage, type Stage, stageOptions } from '../command/options.ts'

export type Options = Stage & {
  /** Opens the gate now, whatever WeChat tells of the quota. */
  readonly reopen: boolean
}

export const helpText = `npm run quota -- [options]   shows the day’s quota of messages, the gate, and what waits for quota

  --reopen          opens the gate now: a few events first, the others a minute later if WeChat takes those
  --stage <name>    the stage to look at; without it the local stack, which npm start starts
  --region <name>   where the stage is deployed; AWS_REGION, or ap-southeast-1
  --help            this text

While the gate is closed, the stage itself looks every second minute whether there is quota again.
It costs one call of openapi/quota/get.
Ends with 0 if messages may leave, 1 if they may not or nobody could be asked, 2 if the options are wrong.
`

const command = 'npm run quota'
const known = { ...stageOptions, reopen: { type: 'boolean' }, help: { type: 'boolean' } } as const

/** Reads the options; throws UsageError. */
export function parseOptions(args: readonly string[], env: Environment): Options | 'help' {
  const values = readOptions(args, env, { command, options: known })
  return values.help ? 'help' : { ...readStage(values, env), reopen: values.reopen ?? false }
}

/** The command that opens the gate. */
export function reopenCommand({ stage, region }: Options): string {
  return commandLine(command, { stage, ...(region === undefined ? {} : { region }) }, ['--reopen'])
}

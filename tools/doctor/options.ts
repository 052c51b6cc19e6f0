/** What `npm run doctor` is told on its command line. */

import type { Environment } from '../../local/environment.ts'
import { readOptions, readStage, type Stage, stageOptions } from '../command/options.ts'

export type Options = Stage & {
  /** Writes the report as it came, for programs. */
  readonly json: boolean
}

export const helpText = `npm run doctor -- [options]   says what is wrong with a stage, and with both apps, and what to do about it

  --stage <name>    the stage to look at; without it the local stack, which npm start starts
  --region <name>   where the stage is deployed; AWS_REGION, or ap-southeast-1
  --json            writes the report as JSON
  --help            this text

It changes nothing, and costs eight calls to WeChat of this day's quotas, nine on a stage without an access token.
Ends with 0 if nothing is wrong, 1 if something is or could not be looked at, 2 if the options are wrong.
`

const command = 'npm run doctor'
const known = { ...stageOptions, json: { type: 'boolean' }, help: { type: 'boolean' } } as const

/** Reads the options; throws UsageError. */
export function parseOptions(args: readonly string[], env: Environment): Options | 'help' {
  const values = readOptions(args, env, { command, options: known })
  return values.help ? 'help' : { ...readStage(values, env), json: values.json ?? false }
}

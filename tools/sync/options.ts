/** What `npm run sync` is told on its command line. */

import type { Environment } from '../../local/environment.ts'
import { commandLine, readOptions, readStage, type Stage, stageOptions } from '../command/options.ts'

export type Options = Stage & {
  /** Lets a walk that today's quota does not do for spread over days. */
  readonly spread: boolean
  /** Looks everybody up again, not only who came. */
  readonly everyone: boolean
  readonly dryRun: boolean
}

export const helpText = `npm run sync -- [options]   walks through the list of followers now, and shows how far it is

  --stage <name>    the stage whose function walks; without it the local stack, which npm start starts
  --region <name>   where the stage is deployed; AWS_REGION, or ap-southeast-1
  --spread          begins even if today’s quota does not do for it, and goes on day by day
  --everyone        looks everybody up again, not only who came since the last walk
  --dry-run         only tells what the walk will cost
  --help            this text

A walk that is under way already is followed. Ctrl-C stops watching, not the walk.
Ends with 0 if the walk is complete and who came is linked, 1 if it is not, 2 if the options are wrong.
`

const command = 'npm run sync'
const known = {
  ...stageOptions,
  spread: { type: 'boolean' },
  everyone: { type: 'boolean' },
  'dry-run': { type: 'boolean' },
  help: { type: 'boolean' },
} as const

/** Reads the options; throws UsageError. */
export function parseOptions(args: readonly string[], env: Environment): Options | 'help' {
  const values = readOptions(args, env, { command, options: known })
  const { spread = false, everyone = false, 'dry-run': dryRun = false, help } = values
  return help ? 'help' : { ...readStage(values, env), spread, everyone, dryRun }
}

/** The command line for these options. */
export function commandFor({ spread, everyone, ...stage }: Partial<Options>): string {
  return commandLine(command, stage, [...(everyone ? ['--everyone'] : []), ...(spread ? ['--spread'] : [])])
}

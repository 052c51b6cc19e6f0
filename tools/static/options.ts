/** What `npm run static` is told on its command line. */

import type { Environment } from '../../local/environment.ts'
import { commandLine, readOptions, readStage, type Stage, stageOptions } from '../command/options.ts'

export type Options = Stage & {
  readonly folder: string
  /** Removes from the bucket what the folder no longer has. */
  readonly isPruning: boolean
  readonly dryRun: boolean
}

export const helpText = `npm run static -- [options]   uploads the mini program’s static files, and tells where they are

  --stage <name>    the stage to upload to; without it the local stack, which npm start starts
  --region <name>   where the stage is deployed; AWS_REGION, or ap-southeast-1
  --folder <path>   what to upload; static
  --prune           removes what the folder no longer has, and what older contents were named by
  --dry-run         only tells what would be uploaded and removed
  --help            this text

Each file is there under its own name, which may be kept for five minutes, and under one with a hash of its content, for
a year; manifest.json tells the one by the other. What is there already is not uploaded again. Ctrl-C stops; the next run
goes on. npx --no sls deploy does the same at its end, without --prune, if there is a folder static.
Ends with 0 if all is there, 1 if not, 2 if the options are wrong, 130 if it was stopped.
`

const command = 'npm run static'
const known = {
  ...stageOptions,
  folder: { type: 'string' },
  prune: { type: 'boolean' },
  'dry-run': { type: 'boolean' },
  help: { type: 'boolean' },
} as const

/** The folder that is uploaded unless another is named. */
export const standardFolder = 'static'

/** Reads the options; throws UsageError. */
export function parseOptions(args: readonly string[], env: Environment): Options | 'help' {
  const values = readOptions(args, env, { command, options: known })
  const { folder = standardFolder, prune: isPruning = false, 'dry-run': dryRun = false, help } = values
  return help ? 'help' : { ...readStage(values, env), folder, isPruning, dryRun }
}

/** The command line for this stage and folder, with more options. */
export function commandFor({ stage, region, folder }: Options, more: readonly string[]): string {
  const from = folder === standardFolder ? [] : ['--folder', folder]
  return commandLine(command, { stage, ...(region === undefined ? {} : { region }) }, [...from, ...more])
}

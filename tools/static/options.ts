/** What `static` is told on the command line. */

import type { Environment } from '../../local/environment.ts'
import type { Stage } from '../../local/stage/place.ts'
import type { Spec } from '../command/help.ts'
import { commandLine, jsonOption, readOptions, readStage, stageOptions } from '../command/options.ts'

export type Options = Stage & {
  readonly folder: string
  /** Removes from the bucket what the folder no longer has. */
  readonly isPruning: boolean
}

/** The folder that is uploaded unless another is named. */
export const standardFolder = 'static'

export const spec = {
  verb: 'static',
  summary: 'uploads the mini program’s static files, and tells where they are',
  options: {
    folder: { type: 'string', value: '<path>', summary: `what to upload; ${standardFolder}` },
    prune: { type: 'boolean', summary: 'removes what the folder no longer has, and what older contents were named by' },
    ...stageOptions,
    ...jsonOption,
  },
  notes: `Each file is there under its own name, which may be kept for five minutes, and under one with a hash of its content, for
a year; manifest.json tells the one by the other. What is there already is not uploaded again. Ctrl-C stops; the next run
goes on. npx --no sls deploy does the same at its end, without --prune, if there is a folder static.`,
  exitCodes: ['all is there', 'not'],
} as const satisfies Spec

/** Reads the options; throws UsageError. */
export function parseOptions(args: readonly string[], env: Environment): Options {
  const { folder = standardFolder, prune: isPruning = false, ...stage } = readOptions(args, env, spec)
  return { ...readStage(stage, env), folder, isPruning }
}

/** The command line for this stage and folder, with more options. */
export function commandFor({ folder, ...stage }: Options, more: readonly string[]): string {
  const from = folder === standardFolder ? [] : ['--folder', folder]
  return commandLine(spec.verb, stage, [...from, ...more])
}

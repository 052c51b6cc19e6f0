/** What `sync` is told on the command line. */

import type { Environment } from '../../local/environment.ts'
import type { Stage } from '../../local/stage/place.ts'
import { appArgs, type OfApp, officialOption, readApp, readApps } from '../command/apps.ts'
import type { Spec } from '../command/help.ts'
import { commandLine, jsonOption, readOptions, readStage, stageOptions } from '../command/options.ts'

export type Options = Stage &
  OfApp & {
    /** Lets a sync run for which today's quota is too small spread over days. */
    readonly spread: boolean
    /** Looks everybody up again, not only who was added. */
    readonly everyone: boolean
    readonly dryRun: boolean
  }

export const spec = {
  verb: 'sync',
  summary: 'syncs the list of followers now, and shows how far it is',
  options: {
    spread: { type: 'boolean', summary: 'begins even if today’s quota is too small for it, and goes on day by day' },
    everyone: { type: 'boolean', summary: 'looks everybody up again, not only who was added since the last sync run' },
    'dry-run': { type: 'boolean', summary: 'only tells what the sync run will cost' },
    ...officialOption,
    ...stageOptions,
    ...jsonOption,
  },
  notes: 'A sync run that is under way already is followed. Ctrl-C stops watching, not the sync run.',
  exitCodes: ['the sync run is complete and who was added is linked', 'it is not'],
} as const satisfies Spec

/** Reads the options; throws UsageError. */
export function parseOptions(args: readonly string[], env: Environment, file?: string): Options {
  const { spread = false, everyone = false, 'dry-run': dryRun = false, app, ...values } = readOptions(args, env, spec)
  const stage = readStage(values, env)
  const ofApp = readApp(app, stage.stage, readApps(stage.stage, file).officials)
  return { ...stage, ...ofApp, spread, everyone, dryRun }
}

/** The command line for these options. */
export function commandFor({ spread, everyone, ...stage }: Partial<Options>): string {
  const flags = [...(everyone ? ['--everyone'] : []), ...(spread ? ['--spread'] : [])]
  return commandLine(spec.verb, stage, [...appArgs(stage), ...flags])
}

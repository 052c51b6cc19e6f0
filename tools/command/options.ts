/** What all commands are told on their command line: where the stage is. */

import { type ParseArgsOptionsConfig, parseArgs } from 'node:util'

import type { Environment } from '../../local/environment.ts'

/** A stage; `region` is absent for the local stack. */
export type Stage = { readonly stage: string; readonly region?: string }

/** The command line cannot be used. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

export const localStage = 'local'

/** The options that name the stage. */
export const stageOptions = { stage: { type: 'string' }, region: { type: 'string' } } as const

type Known<T extends ParseArgsOptionsConfig> = { readonly command: string; readonly options: T }

/** Reads the options of a command such as `npm run sync`; throws UsageError. */
export function readOptions<const T extends ParseArgsOptionsConfig>(
  args: readonly string[],
  env: Environment,
  { command, options }: Known<T>,
) {
  const values = parse(args, { command, options })
  assertNotTakenByNpm(Object.keys(options), { values, env, command })
  return values
}

/** Reads which stage is meant; throws UsageError. */
export function readStage({ stage = localStage, region }: Partial<Stage>, env: Environment): Stage {
  if (!/^[a-z][a-z0-9-]*$/i.test(stage))
    throw new UsageError(`--stage takes letters, digits and hyphens, not "${stage}"`)
  if (stage !== localStage) return { stage, region: regionOf(region, env) }
  if (region !== undefined) throw new UsageError('--region is for a stage on AWS: name it with --stage')
  return { stage }
}

/** Reads a whole number of at least 1; throws UsageError. */
export function readCount(option: string, text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text)
  throw new UsageError(`--${option} takes a whole number of at least 1, not "${text}"`)
}

/** A command line for people to copy. */
export function commandLine(command: string, { stage, region }: Partial<Stage>, more: readonly string[] = []): string {
  const args = [
    ...(stage === undefined || stage === localStage ? [] : ['--stage', stage]),
    ...(region === undefined ? [] : ['--region', region]),
    ...more,
  ]
  return [command, ...(args.length === 0 ? [] : ['--', ...args])].join(' ')
}

function parse<const T extends ParseArgsOptionsConfig>(args: readonly string[], { command, options }: Known<T>) {
  try {
    return parseArgs({ args: [...args], options }).values
  } catch (error) {
    // Node's first sentence names the option; the others explain how to escape it.
    const [sentence] = error instanceof Error ? error.message.split(/\. |\n/) : []
    throw new UsageError(`${sentence ?? 'these options cannot be read'}; options stand behind "${command} --"`)
  }
}

type Read = { readonly values: object; readonly env: Environment; readonly command: string }

/** Without `--` npm keeps an option for itself and tells us only so: `--dry-run` would walk. */
function assertNotTakenByNpm(options: readonly string[], { values, env, command }: Read): void {
  const taken = options.filter(
    it => !Object.hasOwn(values, it) && env[`npm_config_${it.replaceAll('-', '_')}`] !== undefined,
  )
  if (taken.length === 0) return
  const names = taken.map(it => `--${it}`).join(' ')
  throw new UsageError(`npm took ${names} for itself; options stand behind two hyphens, as in ${command} -- ${names}`)
}

/** As in serverless.yml, so that it is looked for where it was deployed. */
function regionOf(region: string | undefined, { AWS_REGION }: Environment): string {
  const name = region ?? (AWS_REGION || 'ap-southeast-1')
  if (/^[a-z0-9-]+$/.test(name)) return name
  throw new UsageError(`a region is named like ap-southeast-1, not "${name}"`)
}

/** What all verbs are told on the command line: where the stage is. */

import { type ParseArgsOptionsConfig, parseArgs } from 'node:util'

import type { Environment } from '../../local/environment.ts'
import { localStage, type Stage } from '../../local/stage/place.ts'

/** How the command line is started, from the checkout. */
export const program = './queqiao'

/** The command line cannot be used. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** An option as it is read and as help tells of it; `value` names what it takes. */
type KnownOption = ParseArgsOptionsConfig[string] & { readonly value?: string; readonly summary: string }
export type KnownOptions = Readonly<Record<string, KnownOption>>

/** The options that name the stage. */
export const stageOptions = {
  stage: { type: 'string', value: '<name>', summary: 'the stage; without it the local stack, which npm start starts' },
  region: {
    type: 'string',
    value: '<name>',
    summary: 'where the stage is deployed; AWS_REGION, or ap-southeast-1',
  },
  profile: {
    type: 'string',
    value: '<name>',
    summary: 'whose credentials are used, of those that aws configure has written; AWS_PROFILE',
  },
} as const

/** For programs: the screen then writes only what it is given as data. */
export const jsonOption = {
  json: { type: 'boolean', summary: 'writes the result as JSON, for programs' },
} as const

type Known<T extends KnownOptions> = { readonly verb: string; readonly options: T }

/** Reads the options of a verb; throws UsageError. */
export function readOptions<const T extends KnownOptions>(
  args: readonly string[],
  env: Environment,
  { verb, options }: Known<T>,
) {
  const values = parse(args, { verb, options })
  assertNotTakenByNpm(Object.keys(options), { values, env, verb })
  return values
}

/** Reads which stage is meant; throws UsageError. */
export function readStage({ stage = localStage, region, profile }: Partial<Stage>, env: Environment): Stage {
  if (!/^[a-z][a-z0-9-]*$/i.test(stage))
    throw new UsageError(`--stage takes letters, digits and hyphens, not "${stage}"`)
  if (stage !== localStage)
    return { stage, region: regionOf(region, env), ...(profile === undefined ? {} : { profile }) }
  for (const [name, it] of Object.entries({ region, profile }))
    if (it !== undefined) throw new UsageError(`--${name} is for a stage on AWS: name it with --stage`)
  return { stage }
}

/** Reads a whole number of at least 1; throws UsageError. */
export function readCount(option: string, text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text)
  throw new UsageError(`--${option} takes a whole number of at least 1, not "${text}"`)
}

/** A command line for people to copy. */
export function commandLine(verb: string, stage: Partial<Stage>, more: readonly string[] = []): string {
  const names = ['stage', 'region', 'profile'] as const
  const where = names.flatMap(it => {
    const value = stage[it]
    return value === undefined || value === localStage ? [] : [`--${it}`, value]
  })
  return [program, verb, ...where, ...more].join(' ')
}

function parse<const T extends KnownOptions>(args: readonly string[], { verb, options }: Known<T>) {
  try {
    return parseArgs({ args: [...args], options }).values
  } catch (error) {
    // Node's first sentence names the option; the others explain how to escape it.
    const [sentence] = error instanceof Error ? error.message.split(/\. |\n/) : []
    throw new UsageError(`${sentence ?? 'these options cannot be read'}; ${program} ${verb} --help tells them`)
  }
}

type Read = { readonly values: object; readonly env: Environment; readonly verb: string }

/** `npm run` keeps an option for itself that stands before `--`, and tells us only so: `--dry-run` would sync. */
function assertNotTakenByNpm(options: readonly string[], { values, env, verb }: Read): void {
  if (env.npm_lifecycle_event !== verb) return
  const taken = options.filter(
    it => !Object.hasOwn(values, it) && env[`npm_config_${it.replaceAll('-', '_')}`] !== undefined,
  )
  if (taken.length === 0) return
  const names = taken.map(it => `--${it}`).join(' ')
  throw new UsageError(`npm took ${names} for itself; without npm: ${program} ${verb} ${names}`)
}

/** As in serverless.yml, so that it is looked for where it was deployed. */
function regionOf(region: string | undefined, { AWS_REGION }: Environment): string {
  const name = region ?? (AWS_REGION || 'ap-southeast-1')
  if (/^[a-z0-9-]+$/.test(name)) return name
  throw new UsageError(`a region is named like ap-southeast-1, not "${name}"`)
}

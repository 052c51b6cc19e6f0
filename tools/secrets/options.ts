/** What `npm run secrets` is told on its command line; never a secret, for everybody on a machine sees command lines. */

import type { Environment } from '../../local/environment.ts'
import { commandLine, readOptions, readStage, stageOptions, UsageError } from '../command/options.ts'
import type { OnAws } from '../command/place.ts'
import { isSecretName, type SecretName, secretNames } from './names.ts'

export type Options = OnAws & {
  /** Those to replace. */
  readonly rotate: readonly SecretName[]
  /** Shows what the console needs, wherever it goes, also of earlier runs. */
  readonly isShown: boolean
}

const command = 'npm run secrets'

export const helpText = `npm run secrets -- --stage <name> [options]   makes the secrets of a stage, and keeps them in SSM Parameter Store

  --stage <name>      the stage on AWS
  --region <name>     where the stage is deployed; AWS_REGION, or ap-southeast-1
  --rotate <names>    replaces these, separated by commas: ${secretNames.slice(0, 2).join(', ')},
                      ${secretNames.slice(2).join(', ')}
  --show              shows the Token and EncodingAESKey for the console, also where no terminal is, and of earlier runs
  --help              this text

What is there stays, unless it is rotated. The two appsecrets are asked for, or taken from WECHAT_OFFICIAL_SECRET and
WECHAT_MINI_SECRET; all else is made. Appsecrets and session keys are never shown. The functions need no deployment to
take a new secret: they keep one for five minutes.
Ends with 0 if all is there, 1 if not, 2 if the options or the environment are wrong, 130 if it was stopped.
`

const known = {
  ...stageOptions,
  rotate: { type: 'string', multiple: true },
  show: { type: 'boolean' },
  help: { type: 'boolean' },
} as const

/** Reads the options; throws UsageError. */
export function parseOptions(args: readonly string[], env: Environment): Options | 'help' {
  const values = readOptions(args, env, { command, options: known })
  const { rotate = [], show: isShown = false, help } = values
  if (help) return 'help'
  const { stage, region } = readStage(values, env)
  if (region === undefined) throw new UsageError(whyNotLocal)
  return { stage, region, rotate: rotate.flatMap(readNames), isShown }
}

/** The command line for this stage, with more options. */
export function commandFor({ stage, region }: OnAws, more: readonly string[]): string {
  return commandLine(command, { stage, region }, more)
}

function readNames(text: string): SecretName[] {
  return text.split(',').map(it => {
    const name = it.trim()
    if (isSecretName(name)) return name
    throw new UsageError(`--rotate takes names of secrets, ${secretNames.join(', ')}, not "${name}"`)
  })
}

const whyNotLocal =
  `${command} is for a stage on AWS, as in ${command} -- --stage prod: ` +
  'the local stack makes its own secrets, at each npm start, from the environment and .env'

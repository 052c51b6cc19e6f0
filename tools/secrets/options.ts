/** What `secrets` is told on the command line; never a secret, for everybody on a machine sees command lines. */

import type { Environment } from '../../local/environment.ts'
import type { Spec } from '../command/help.ts'
import { program, readOptions, readStage, stageOptions, UsageError } from '../command/options.ts'
import type { OnAws } from '../command/place.ts'
import { isSecretName, type SecretName, secretNames } from './names.ts'

export type Options = OnAws & {
  /** Those to replace. */
  readonly rotate: readonly SecretName[]
  /** Shows what the console needs, wherever it goes, also of earlier runs. */
  readonly isShown: boolean
}

export const spec = {
  verb: 'secrets',
  usage: '--stage <name> [options]',
  summary: 'makes the secrets of a stage, and keeps them in SSM Parameter Store',
  options: {
    ...stageOptions,
    stage: { ...stageOptions.stage, summary: 'the stage on AWS' },
    rotate: {
      type: 'string',
      multiple: true,
      value: '<names>',
      summary: `replaces these, separated by commas: ${secretNames.slice(0, 2).join(', ')},\n${secretNames.slice(2).join(', ')}`,
    },
    show: {
      type: 'boolean',
      summary: 'shows the Token and EncodingAESKey for the console, also where no terminal is, and of earlier runs',
    },
  },
  notes: `What is there stays, unless it is rotated. The two appsecrets are asked for, or taken from WECHAT_OFFICIAL_SECRET and
WECHAT_MINI_SECRET; all else is made. Appsecrets and session keys are never shown. The functions need no deployment to
take a new secret: they keep one for five minutes.`,
  exitCodes: ['all is there', 'not'],
} as const satisfies Spec

/** Reads the options; throws UsageError. */
export function parseOptions(args: readonly string[], env: Environment): Options {
  const { rotate = [], show: isShown = false, ...values } = readOptions(args, env, spec)
  const { region, ...stage } = readStage(values, env)
  if (region === undefined) throw new UsageError(whyNotLocal)
  return { ...stage, region, rotate: rotate.flatMap(readNames), isShown }
}

function readNames(text: string): SecretName[] {
  return text.split(',').map(it => {
    const name = it.trim()
    if (isSecretName(name)) return name
    throw new UsageError(`--rotate takes names of secrets, ${secretNames.join(', ')}, not "${name}"`)
  })
}

const whyNotLocal =
  `this is for a stage on AWS, as in ${program} ${spec.verb} --stage prod: ` +
  'the local stack makes its own secrets, at each npm start, from the environment and .env'

/** What `secrets` is told on the command line; never a secret, for everybody on a machine sees command lines. */

import type { Apps } from '../../lib/apps.ts'
import { appSecrets } from '../../lib/secret-names.ts'
import type { Environment } from '../../local/environment.ts'
import { serverNamesOf } from '../../local/forward-keys.ts'
import type { OnAws } from '../../local/stage/place.ts'
import { appOption, type OfApp, readApp, readApps } from '../command/apps.ts'
import type { Spec } from '../command/help.ts'
import { program, readOptions, readStage, stageOptions, UsageError } from '../command/options.ts'
import { type SecretName, secretsOf } from './names.ts'

export type Options = OnAws &
  OfApp & {
    /** All apps of the stage. */
    readonly apps: Apps
    /** Those to replace. */
    readonly rotate: readonly SecretName[]
    /** The server behind us whose keys are to be written, and nothing else. */
    readonly forward?: string
    /** Shows what the console needs, wherever it goes, also of earlier runs. */
    readonly isShown: boolean
  }

export const spec = {
  verb: 'secrets',
  usage: '--stage <name> [options]',
  summary: 'makes the secrets of a stage, and keeps them in SSM Parameter Store',
  options: {
    ...appOption,
    ...stageOptions,
    stage: { ...stageOptions.stage, summary: 'the stage on AWS' },
    rotate: {
      type: 'string',
      multiple: true,
      value: '<names>',
      summary: `replaces these, separated by commas: ${appSecrets.join(', ')} of each app,\nofficial-appsecret and the like of one, session-keys`,
    },
    forward: {
      type: 'string',
      value: '<server>',
      summary:
        'writes Token and EncodingAESKey of a server behind us, by its name in apps.json; they are asked for,\nor taken from FORWARD_TOKEN_<NAME> and FORWARD_AES_KEY_<NAME>',
    },
    show: {
      type: 'boolean',
      summary: 'shows the Token and EncodingAESKey for the console, also where no terminal is, and of earlier runs',
    },
  },
  notes: `What is there stays, unless it is rotated. The appsecrets are asked for, or taken from WECHAT_OFFICIAL_SECRET and
WECHAT_MINI_SECRET, those of further apps from WECHAT_SECRET_<NAME>; all else is made. Appsecrets and session keys are never shown. The functions need no deployment to
take a new secret: they keep one for five minutes.`,
  exitCodes: ['all is there', 'not'],
} as const satisfies Spec

/** Reads the options; throws UsageError. */
export function parseOptions(args: readonly string[], env: Environment, file?: string): Options {
  const { rotate = [], show: isShown = false, forward, app, ...values } = readOptions(args, env, spec)
  const { region, ...stage } = readStage(values, env)
  if (region === undefined) throw new UsageError(whyNotLocal)
  const apps = readApps(stage.stage, file)
  const ofApp = readApp(app, stage.stage, [...apps.officials, ...apps.minis])
  if (forward !== undefined && !serverNamesOf(apps).includes(forward))
    throw new UsageError(`--forward takes the name of a server, ${serverNamesOf(apps).join(', ')}, not "${forward}"`)
  const server = forward === undefined ? {} : { forward }
  return {
    ...stage,
    ...ofApp,
    ...server,
    apps,
    region,
    rotate: rotate.flatMap(it => readNames(it, apps, ofApp)),
    isShown,
  }
}

/** The name of one, or a word for those of all apps. */
function readNames(text: string, apps: Apps, ofApp: OfApp): SecretName[] {
  const secrets = secretsOf(apps, ofApp)
  return text.split(',').flatMap(it => {
    const found = secrets.filter(({ name, kind }) => [name, kind].some(one => one === it.trim()))
    if (found.length > 0) return found.map(({ name }) => name)
    const known = [...appSecrets, ...secrets.map(({ name }) => name)].join(', ')
    throw new UsageError(`--rotate takes names of secrets, ${known}, not "${it.trim()}"`)
  })
}

const whyNotLocal =
  `this is for a stage on AWS, as in ${program} ${spec.verb} --stage prod: ` +
  'the local stack takes its secrets from the environment and .env, and makes its own session keys'

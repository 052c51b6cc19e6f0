import { isIP } from 'node:net'
import { type ConfigKey, problemsIn } from '../lib/config.ts'
import { ConfigError } from '../lib/errors.ts'
import { listFile, readStageApps, type StageApps } from './apps.ts'
import { problemsOfForwardKeys } from './forward-keys.ts'
import { findKeyProblems, readPair, readWeChatKeys, type WeChatKeys } from './wechat-keys.ts'

/** The environment as Node gives it. */
export type Environment = Readonly<Record<string, string | undefined>>

/** What the environment says about the local run. */
export type Settings = {
  host: string
  ports: { api: number; lambda: number; wechat: number; sqs: number; s3: number; dynamodb: number }
  /** A WeChat other than the box. */
  wechatApiUrl: string | undefined
  wechat: WeChatKeys
  /** The Official Account is a test account (测试号), which does not check values. */
  isTestAccount: boolean
  /** Deliveries end at `accepted`, for receipts are thrown away. */
  isWithoutReceipts: boolean
  endpoints: { dynamodb: string | undefined; sqs: string | undefined; s3: string | undefined }
  region: string
  isVerbose: boolean
}

/** The environment is invalid; lists every problem. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError'
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    super(problems.join('\n'))
    this.problems = problems
  }
}

/** Reads one of the project's lists; a ConfigError of it is thrown as a SettingsError, for whoever runs a command. */
export function asSettings<T>(read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (error instanceof ConfigError) throw new SettingsError(error.problems)
    throw error
  }
}

/** Variables that are passed to the functions unchanged, if set. */
const functionKeys = [
  'ACCESS_TOKEN_MODE',
  'CALLBACK_ENCRYPTION',
  'TEST_ACCOUNT',
  'RECEIPTS',
  'TEMPLATE_METRICS',
  'SESSION_SECONDS',
  'SPREAD_SYNC',
  'RETENTION_DAYS',
  'QUOTA_RESERVE',
  'RESULTS_BUS',
  'PUSHES_BUS',
  'PUSHES_QUEUE',
  'FORWARD_URL',
  'FORWARD_MODE',
  'IMAGES_PER_DAY',
  'IMAGE_METADATA',
  'IMAGE_CHECK',
  'IMAGE_CHECK_SCENE',
] as const satisfies readonly ConfigKey[]

/** Reads the settings of the local stack; throws one SettingsError that lists every problem. */
export function readSettings(env: Environment, file = listFile('apps.json')): Settings {
  const stage = readApps(env, file)
  const problems: string[] = []
  const port = (name: string, standard: number) => readPort(env, name, standard, problems)
  const url = (name: string) => readUrl(env, name, problems)
  const wechatApiUrl = readWeChatUrl(env, problems)
  const isOther = wechatApiUrl !== undefined
  const settings: Settings = {
    host: readHost(env, problems),
    ports: {
      api: port('API_PORT', 3000),
      lambda: port('LAMBDA_PORT', 3002),
      wechat: port('WECHAT_PORT', 3100),
      sqs: port('SQS_PORT', 4566),
      s3: port('S3_PORT', 4567),
      dynamodb: port('DYNAMODB_PORT', 8000),
    },
    wechatApiUrl,
    wechat: readWeChatKeys(env, stage, isOther),
    isTestAccount: env.TEST_ACCOUNT === 'on',
    isWithoutReceipts: env.RECEIPTS === 'off',
    endpoints: {
      dynamodb: url('AWS_ENDPOINT_URL_DYNAMODB'),
      sqs: url('AWS_ENDPOINT_URL_SQS'),
      s3: url('AWS_ENDPOINT_URL_S3'),
    },
    region: env.AWS_REGION || 'us-east-1',
    isVerbose: !['', '0', 'false'].includes(env.VERBOSE ?? ''),
  }
  problems.push(...problemsOfForwardKeys(env, stage.apps))
  problems.push(...findKeyProblems(env, stage, isOther), ...problemsIn(env, functionKeys.filter(isSetIn(env))))
  if (problems.length > 0) throw new SettingsError(problems)
  return settings
}

/** They decide which keys are needed, so their mistakes are reported alone. */
function readApps(env: Environment, file: string): StageApps {
  try {
    return readStageApps('local', () => readPair(env), file)
  } catch (error) {
    if (error instanceof ConfigError) throw new SettingsError(error.problems)
    throw error
  }
}

/** Shells and compilers export HOST as a name for their own use; only an address is meant for us. */
function readHost({ HOST = '' }: Environment, problems: string[]): string {
  if (isIP(HOST) !== 0 || HOST === 'localhost') return HOST
  if (HOST !== '' && !isName(HOST))
    problems.push(`HOST must be an IP address or localhost, not ${JSON.stringify(HOST)}`)
  return '127.0.0.1'
}

/** A text without letters was meant to be an address. */
function isName(text: string): boolean {
  return /^[A-Za-z0-9._-]+$/.test(text) && /[A-Za-z]/.test(text)
}

function readPort(env: Environment, name: string, standard: number, problems: string[]): number {
  const text = env[name]
  if (!text) return standard
  const port = Number(text)
  if (Number.isInteger(port) && port > 0 && port < 65536) return port
  problems.push(`${name} must be a port number from 1 to 65535, not ${JSON.stringify(text)}`)
  return standard
}

/** As the functions require it. Its value is not shown, because it may contain a secret by mistake. */
function readWeChatUrl(env: Environment, problems: string[]): string | undefined {
  const key = 'WECHAT_API_URL'
  if (!env[key]) return undefined
  problems.push(...problemsIn(env, [key]))
  return env[key].replace(/\/$/, '')
}

function isSetIn(env: Environment): (key: string) => boolean {
  return key => env[key] !== undefined
}

/** The URL without a trailing slash, so that paths can be appended. */
function readUrl(env: Environment, name: string, problems: string[]): string | undefined {
  const text = env[name]
  if (!text) return undefined
  if (/^https?:$/.test(URL.parse(text)?.protocol ?? '')) return text.replace(/\/+$/, '')
  problems.push(`${name} must be an http or https URL, not ${JSON.stringify(text)}`)
  return undefined
}

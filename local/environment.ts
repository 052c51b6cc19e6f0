import { isIP } from 'node:net'
import { defaultAccounts, defaultCallback } from './wechat/defaults.ts'

/** The environment as Node gives it. */
export type Environment = Readonly<Record<string, string | undefined>>

/** Both apps' identities and the message push's keys; the local stack keeps them in its parameter store. */
export type WeChatKeys = {
  officialAppid: string
  officialSecret: string
  miniAppid: string
  miniSecret: string
  callbackToken: string
  /** Empty when callbacks come in plain text only. */
  callbackAesKey: string
}

/** What the environment says about the local run. */
export type Settings = {
  host: string
  ports: { api: number; lambda: number; wechat: number; sqs: number; s3: number; dynamodb: number }
  /** Another WeChat than the box. */
  wechatApiUrl: string | undefined
  wechat: WeChatKeys
  endpoints: { dynamodb: string | undefined; sqs: string | undefined; s3: string | undefined }
  region: string
  isVerbose: boolean
}

/** The environment cannot be used; every problem is listed, so that one look mends all. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError'
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    super(problems.join('\n'))
    this.problems = problems
  }
}

const boxKeys = {
  WECHAT_OFFICIAL_APPID: defaultAccounts.official.appid,
  WECHAT_OFFICIAL_SECRET: defaultAccounts.official.appsecret,
  WECHAT_MINI_APPID: defaultAccounts.mini.appid,
  WECHAT_MINI_SECRET: defaultAccounts.mini.appsecret,
  WECHAT_CALLBACK_TOKEN: defaultCallback.token,
  WECHAT_CALLBACK_AES_KEY: defaultCallback.aesKey,
} as const

/** Reads the settings of the local run; throws one SettingsError that names everything wrong. */
export function readSettings(env: Environment): Settings {
  const problems: string[] = []
  const port = (name: string, standard: number) => readPort(env, name, standard, problems)
  const url = (name: string) => readUrl(env, name, problems)
  const wechatApiUrl = url('WECHAT_API_URL')
  const settings: Settings = {
    host: readHost(env),
    ports: {
      api: port('API_PORT', 3000),
      lambda: port('LAMBDA_PORT', 3002),
      wechat: port('WECHAT_PORT', 3100),
      sqs: port('SQS_PORT', 4566),
      s3: port('S3_PORT', 4567),
      dynamodb: port('DYNAMODB_PORT', 8000),
    },
    wechatApiUrl,
    wechat: readWeChatKeys(env, wechatApiUrl, problems),
    endpoints: {
      dynamodb: url('AWS_ENDPOINT_URL_DYNAMODB'),
      sqs: url('AWS_ENDPOINT_URL_SQS'),
      s3: url('AWS_ENDPOINT_URL_S3'),
    },
    region: env.AWS_REGION || 'us-east-1',
    isVerbose: !['', '0', 'false'].includes(env.VERBOSE ?? ''),
  }
  if (problems.length > 0) throw new SettingsError(problems)
  return settings
}

/** Some shells export HOST on their own, as a name of the machine: only an address is meant for us. */
function readHost({ HOST = '' }: Environment): string {
  return isIP(HOST) !== 0 || HOST === 'localhost' ? HOST : '127.0.0.1'
}

/** The box's own keys fill what is not set; another WeChat knows only its owner's. */
function readWeChatKeys(env: Environment, wechatApiUrl: string | undefined, problems: string[]): WeChatKeys {
  const missing: string[] = []
  function read(name: keyof typeof boxKeys, isOptional = false): string {
    if (wechatApiUrl === undefined) return env[name] || boxKeys[name]
    if (!env[name] && !isOptional) missing.push(name)
    return env[name] ?? ''
  }
  const keys = {
    officialAppid: read('WECHAT_OFFICIAL_APPID'),
    officialSecret: read('WECHAT_OFFICIAL_SECRET'),
    miniAppid: read('WECHAT_MINI_APPID'),
    miniSecret: read('WECHAT_MINI_SECRET'),
    callbackToken: read('WECHAT_CALLBACK_TOKEN'),
    callbackAesKey: read('WECHAT_CALLBACK_AES_KEY', true),
  }
  if (missing.length > 0) problems.push(`WECHAT_API_URL is set, so these must be set too: ${missing.join(', ')}`)
  return keys
}

function readPort(env: Environment, name: string, standard: number, problems: string[]): number {
  const text = env[name]
  if (!text) return standard
  const port = Number(text)
  if (Number.isInteger(port) && port > 0 && port < 65536) return port
  problems.push(`${name} must be a port number from 1 to 65535, not ${JSON.stringify(text)}`)
  return standard
}

/** The URL without a slash at its end, so that paths can be put after it. */
function readUrl(env: Environment, name: string, problems: string[]): string | undefined {
  const text = env[name]
  if (!text) return undefined
  if (/^https?:$/.test(URL.parse(text)?.protocol ?? '')) return text.replace(/\/+$/, '')
  problems.push(`${name} must be an http or https URL, not ${JSON.stringify(text)}`)
  return undefined
}

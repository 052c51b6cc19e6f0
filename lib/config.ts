/** Reads and validates environment variables; no other file reads them. */

import { ConfigError } from './errors.ts'
import { isForwardUrl, readPushMode } from './forward-url.ts'
import { isAppId, type MiniAppId, type OfficialAppId } from './identifiers.ts'

type Env = Readonly<Record<string, string | undefined>>
type Reader<T> = (text: string) => T | undefined

const text: Reader<string> = it => (it === '' ? undefined : it)
const textOrNone: Reader<string> = it => it
const officialAppid: Reader<OfficialAppId> = it => (isAppId(it) ? it : undefined)
const miniAppid: Reader<MiniAppId> = it => (isAppId(it) ? it : undefined)

/** The scene of a content check, in WeChat's numbering. */
const scenes = [1, 2, 3, 4] as const

/** How each variable is parsed, and what it must be. Those without a default must be set. */
const variables = {
  AWS_REGION: { read: text, wanted: 'the region, as Lambda sets it' },
  AWS_ACCESS_KEY_ID: { read: text, wanted: 'an access key, as Lambda sets it' },
  AWS_SECRET_ACCESS_KEY: { read: text, wanted: 'a secret key, as Lambda sets it' },
  AWS_SESSION_TOKEN: { read: textOrNone, wanted: 'a session token, as Lambda sets it' },
  CANARY_EVENT: { read: canary, wanted: 'an event without its id, as JSON, or off' },
  STAGE: { read: text, wanted: 'the name of the stage' },
  WECHAT_API_URL: { read: origin, wanted: 'an http or https URL without a path' },
  WECHAT_OFFICIAL_APPID: { read: officialAppid, wanted: "the Official Account's appid: wx and 16 hexadecimal digits" },
  WECHAT_MINI_APPID: { read: miniAppid, wanted: "the mini program's appid: wx and 16 hexadecimal digits" },
  ACCESS_TOKEN_MODE: { read: oneOf('stable', 'classic'), wanted: 'stable or classic' },
  CALLBACK_ENCRYPTION: { read: oneOf('required', 'optional'), wanted: 'required or optional' },
  TEST_ACCOUNT: { read: oneOf('on', 'off'), wanted: 'on or off' },
  RECEIPTS: { read: oneOf('on', 'off'), wanted: 'on or off' },
  TEMPLATE_METRICS: { read: oneOf('on', 'off'), wanted: 'on or off' },
  SESSION_SECONDS: { read: wholeNumber(300, 2_592_000), wanted: 'a whole number from 300 to 2592000' },
  SPREAD_SYNC: { read: oneOf('on', 'off'), wanted: 'on or off' },
  RETENTION_DAYS: { read: wholeNumber(1, 3650), wanted: 'a whole number from 1 to 3650' },
  QUOTA_RESERVE: { read: wholeNumber(0, 99_999_999), wanted: 'a whole number of messages, 0 for none' },
  RESULTS_BUS: { read: busName, wanted: 'the name of an EventBridge bus, or off' },
  SECRETS_PREFIX: { read: text, wanted: 'a path of SSM Parameter Store' },
  API_URL: { read: url, wanted: 'an http or https URL' },
  TOKENS_TABLE: { read: text, wanted: 'a DynamoDB table' },
  LOGINS_TABLE: { read: text, wanted: 'a DynamoDB table' },
  LINKS_TABLE: { read: text, wanted: 'a DynamoDB table' },
  DELIVERIES_TABLE: { read: text, wanted: 'a DynamoDB table' },
  ATTEMPTS_TABLE: { read: text, wanted: 'a DynamoDB table' },
  WALKS_TABLE: { read: text, wanted: 'a DynamoDB table' },
  EVENTS_QUEUE: { read: text, wanted: 'the name of an SQS queue' },
  FOLLOWERS_QUEUE: { read: text, wanted: 'the name of an SQS queue' },
  IMAGES_TABLE: { read: text, wanted: 'a DynamoDB table' },
  IMAGES_BUCKET: { read: text, wanted: 'an S3 bucket' },
  STATIC_BUCKET: { read: text, wanted: 'an S3 bucket' },
  UPLOAD_URL: { read: url, wanted: 'an http or https URL' },
  FILES_URL: { read: url, wanted: 'an http or https URL' },
  IMAGES_PER_DAY: { read: wholeNumber(1, 99_999), wanted: 'a whole number from 1 to 99999' },
  IMAGE_CHECK: { read: oneOf('on', 'off'), wanted: 'on or off' },
  IMAGE_CHECK_SCENE: { read: it => scenes.find(scene => `${scene}` === it), wanted: 'a number from 1 to 4' },
  IMAGE_METADATA: { read: oneOf('strip', 'keep'), wanted: 'strip or keep' },
  IMAGES_QUEUE: { read: text, wanted: 'the name of an SQS queue' },
  IMAGE_CHECKS_QUEUE: { read: it => it || 'off', wanted: 'the name of an SQS queue, or off' },
  RECEIPTS_QUEUE: { read: text, wanted: 'the name of an SQS queue' },
  PASS_ON_QUEUE: { read: text, wanted: 'the name of an SQS queue, or off' },
  PUSHES_BUS: { read: busName, wanted: 'the name of an EventBridge bus, or off' },
  PUSHES_QUEUE: { read: queueName, wanted: 'the name of a standard SQS queue, or off' },
  FORWARD_URL: { read: forwardUrl, wanted: 'an https URL without name, password or fragment, or off' },
  FORWARD_MODE: { read: readPushMode, wanted: 'plain, compatible or secure' },
  FORWARD_NETWORK: { read: oneOf('public', 'private', 'loopback'), wanted: 'public or private' },
} satisfies Record<string, { read: Reader<unknown>; wanted: string }>

type Variables = typeof variables
export type ConfigKey = keyof Variables
export type Config = { readonly [K in ConfigKey]: NonNullable<ReturnType<Variables[K]['read']>> }

/** Reads exactly these variables; throws one ConfigError that lists all that are missing or invalid. */
export function readConfig<K extends ConfigKey>(env: Env, keys: readonly K[]): Pick<Config, K> {
  const problems = problemsIn(env, keys)
  if (problems.length > 0) throw new ConfigError(problems)
  const read = keys.map(key => [key, variables[key].read(env[key] ?? '')] as const)
  const config: Partial<Config> = Object.freeze(Object.fromEntries(read))
  if (!isComplete(config, keys)) throw new ConfigError(['a variable vanished while it was read'])
  return config
}

/** Lists the missing or invalid ones among these variables. */
export function problemsIn(env: Env, keys: readonly ConfigKey[]): string[] {
  return keys.flatMap(key =>
    variables[key].read(env[key] ?? '') === undefined ? `${key} must be ${variables[key].wanted}` : [],
  )
}

/** Reads from the environment of this process. */
export function config<K extends ConfigKey>(...keys: K[]): Pick<Config, K> {
  return readConfig(process.env, keys)
}

function isComplete<K extends ConfigKey>(config: Partial<Config>, keys: readonly K[]): config is Pick<Config, K> {
  return keys.every(key => config[key] !== undefined)
}

/** An event without id, which is added each hour; the pushing code reports other errors in it. */
function canary(it: string): string | undefined {
  if (it === 'off') return it
  const isEvent = /^\s*\{[\s\S]*"to"[\s\S]*\}\s*$/.test(it) && isJson(it)
  return isEvent && it.length <= 1500 ? it : undefined
}

function isJson(it: string): boolean {
  try {
    JSON.parse(it)
    return true
  } catch {
    return false
  }
}

function oneOf<const T extends string>(...allowed: T[]): Reader<T> {
  return it => allowed.find(one => one === it)
}

function wholeNumber(least: number, most: number): Reader<number> {
  return it => (/^\d{1,9}$/.test(it) && Number(it) >= least && Number(it) <= most ? Number(it) : undefined)
}

/** No name, password, query or fragment: only a path could be appended, and they would be dropped silently. */
function url(it: string): URL | undefined {
  if (!/^https?:\/\//.test(it) || !URL.canParse(it)) return undefined
  const read = new URL(it)
  return read.href === `${read.origin}${read.pathname}` ? read : undefined
}

function forwardUrl(it: string): string | undefined {
  return it === 'off' || isForwardUrl(it) ? it : undefined
}

function busName(it: string): string | undefined {
  return /^[\w./-]{1,256}$/.test(it) ? it : undefined
}

function queueName(it: string): string | undefined {
  return /^[\w-]{1,80}$/.test(it) ? it : undefined
}

/** Only the host is used: a path would be dropped silently. */
function origin(it: string): URL | undefined {
  const read = url(it)
  return read?.pathname === '/' ? read : undefined
}

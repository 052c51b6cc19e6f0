import { createHash } from 'node:crypto'
import type { Pair } from '../lib/app-list.ts'
import type { App, AppName, Apps } from '../lib/apps.ts'
import { isAppId } from '../lib/identifiers.ts'
import { type StageApps, secretVariableOf } from './apps.ts'
import { forwardSecretsIn } from './forward-keys.ts'
import { defaultAccounts, defaultCallback } from './wechat/defaults.ts'

/** The apps with their appsecrets, and the keys of the message push, the same for all; the local stack keeps them in its parameter store. */
export type WeChatKeys = StageApps & {
  appsecrets: Readonly<Record<AppName, string>>
  callbackToken: string
  /** Empty if callbacks come in plain text only. */
  callbackAesKey: string
  /** Those of servers behind us that the environment has, by their names. */
  forwardSecrets: Readonly<Record<string, string>>
}

type Environment = Readonly<Record<string, string | undefined>>
type Form = { is: (text: string) => boolean; wanted: string }
/** What a variable must be, and what the box has where it is not set. */
type Key = { form: Form; box: string; isOptional?: boolean }

const appid: Form = { is: isAppId, wanted: 'an appid: wx and 16 hexadecimal digits in lower case' }
const appsecret: Form = { is: text => /^[0-9a-f]{32}$/i.test(text), wanted: 'an appsecret: 32 hexadecimal digits' }
const token: Form = { is: text => /^[A-Za-z0-9]{3,32}$/.test(text), wanted: 'a Token: 3 to 32 letters and digits' }
const aesKey: Form = { is: text => /^[A-Za-z0-9]{43}$/.test(text), wanted: 'an EncodingAESKey: 43 letters and digits' }

const callbackKeys = {
  WECHAT_CALLBACK_TOKEN: { form: token, box: defaultCallback.token },
  WECHAT_CALLBACK_AES_KEY: { form: aesKey, box: defaultCallback.aesKey, isOptional: true },
} satisfies Record<string, Key>
const appids = {
  WECHAT_OFFICIAL_APPID: { form: appid, box: defaultAccounts.official.appid },
  WECHAT_MINI_APPID: { form: appid, box: defaultAccounts.mini.appid },
} satisfies Record<string, Key>

/** The pair of a stage that has no list: what is not set, or cannot be one, is the box's. */
export function readPair(env: Environment): Pair {
  const read = (name: keyof typeof appids) => [env[name], appids[name].box].find(isAppId)
  const [official, mini] = [read('WECHAT_OFFICIAL_APPID'), read('WECHAT_MINI_APPID')]
  if (official === undefined || mini === undefined) throw new Error('the appids of the box are none')
  return { official, mini }
}

/** Reads the keys: the box's own are the defaults; another WeChat (`isOther`) has none. */
export function readWeChatKeys(env: Environment, stage: StageApps, isOther: boolean): WeChatKeys {
  const keys = keysOf(stage)
  const read = (name: string) => env[name] || (isOther ? '' : (keys[name]?.box ?? ''))
  const secrets = allOf(stage.apps).map(it => [it.name, read(secretVariableOf(it, stage.apps))] as const)
  return {
    ...stage,
    appsecrets: Object.fromEntries(secrets),
    callbackToken: read('WECHAT_CALLBACK_TOKEN'),
    callbackAesKey: read('WECHAT_CALLBACK_AES_KEY'),
    forwardSecrets: forwardSecretsIn(env, stage.apps),
  }
}

/** Lists each missing or invalid key: otherwise everything would start, and answer 500. No value is shown. */
export function findKeyProblems(env: Environment, stage: StageApps, isOther: boolean): string[] {
  const keys = Object.entries(keysOf(stage))
  const missing = isOther ? keys.filter(([name, { isOptional }]) => !env[name] && !isOptional) : []
  const wrong = keys.flatMap(([name, { form }]) => (env[name] ? (flawOf(name, env[name], form) ?? []) : []))
  const lack = `WECHAT_API_URL is set, so these must be set too: ${missing.map(([name]) => name).join(', ')}`
  return [...(missing.length > 0 ? [lack] : []), ...wrong]
}

/** By the variables that give them; appids only where no list has them. */
function keysOf({ apps, isListed }: StageApps): Readonly<Record<string, Key>> {
  const secrets = allOf(apps).map(it => [secretVariableOf(it, apps), { form: appsecret, box: boxSecretOf(it, apps) }])
  return { ...(isListed ? {} : appids), ...Object.fromEntries(secrets), ...callbackKeys }
}

/** Obviously made up, and at each start the same. */
function boxSecretOf(app: App, { officials, minis }: Apps): string {
  if (app.name === officials[0].name) return defaultAccounts.official.appsecret
  if (app.name === minis[0].name) return defaultAccounts.mini.appsecret
  return createHash('sha256').update(app.appid).digest('hex').slice(0, 32)
}

function allOf({ officials, minis }: Apps): App[] {
  return [...officials, ...minis]
}

function flawOf(name: string, text: string, { is, wanted }: Form): string | undefined {
  return is(text) ? undefined : `${name} is not ${wanted}; it has ${text.length} characters`
}

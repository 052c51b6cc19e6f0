import { isAppId } from '../lib/identifiers.ts'
import { defaultAccounts, defaultCallback } from './wechat/defaults.ts'

/** The identities of both apps and the keys of the message push; the local stack keeps them in its parameter store. */
export type WeChatKeys = {
  officialAppid: string
  officialSecret: string
  miniAppid: string
  miniSecret: string
  callbackToken: string
  /** Empty if callbacks come in plain text only. */
  callbackAesKey: string
}

type Environment = Readonly<Record<string, string | undefined>>
type Form = { is: (text: string) => boolean; wanted: string }

const appid: Form = { is: isAppId, wanted: 'an appid: wx and 16 hexadecimal digits in lower case' }
const appsecret: Form = { is: text => /^[0-9a-f]{32}$/i.test(text), wanted: 'an appsecret: 32 hexadecimal digits' }
const token: Form = { is: text => /^[A-Za-z0-9]{3,32}$/.test(text), wanted: 'a Token: 3 to 32 letters and digits' }
const aesKey: Form = { is: text => /^[A-Za-z0-9]{43}$/.test(text), wanted: 'an EncodingAESKey: 43 letters and digits' }

const variables = {
  WECHAT_OFFICIAL_APPID: { form: appid, box: defaultAccounts.official.appid },
  WECHAT_OFFICIAL_SECRET: { form: appsecret, box: defaultAccounts.official.appsecret },
  WECHAT_MINI_APPID: { form: appid, box: defaultAccounts.mini.appid },
  WECHAT_MINI_SECRET: { form: appsecret, box: defaultAccounts.mini.appsecret },
  WECHAT_CALLBACK_TOKEN: { form: token, box: defaultCallback.token },
  WECHAT_CALLBACK_AES_KEY: { form: aesKey, box: defaultCallback.aesKey },
} as const

type Name = keyof typeof variables
const names = Object.keys(variables) as Name[]
const optional: Name = 'WECHAT_CALLBACK_AES_KEY'

/** Reads the keys: the box's own are the defaults; another WeChat (`isOther`) has none. */
export function readWeChatKeys(env: Environment, isOther: boolean): WeChatKeys {
  const read = (name: Name) => env[name] || (isOther ? '' : variables[name].box)
  return {
    officialAppid: read('WECHAT_OFFICIAL_APPID'),
    officialSecret: read('WECHAT_OFFICIAL_SECRET'),
    miniAppid: read('WECHAT_MINI_APPID'),
    miniSecret: read('WECHAT_MINI_SECRET'),
    callbackToken: read('WECHAT_CALLBACK_TOKEN'),
    callbackAesKey: read('WECHAT_CALLBACK_AES_KEY'),
  }
}

/** Lists each missing or invalid key: otherwise everything would start, and answer 500. No value is shown. */
export function findKeyProblems(env: Environment, isOther: boolean): string[] {
  const missing = isOther ? names.filter(name => !env[name] && name !== optional) : []
  const wrong = names.flatMap(name => (env[name] ? (flawOf(name, env[name]) ?? []) : []))
  const lack = `WECHAT_API_URL is set, so these must be set too: ${missing.join(', ')}`
  return [...(missing.length > 0 ? [lack] : []), ...wrong]
}

function flawOf(name: Name, text: string): string | undefined {
  const { is, wanted } = variables[name].form
  return is(text) ? undefined : `${name} is not ${wanted}; it has ${text.length} characters`
}

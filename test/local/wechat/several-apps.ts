/** A box with more apps than the first pair: two of each kind on one Open Platform account, a pair on another, one on none. */
import * as v from 'valibot'
import { textField } from '../../../local/wechat/json.ts'
import type { WeChatOptions } from '../../../local/wechat/server.ts'
import { goodData, openTestBox, template } from './open-test-box.ts'

/** Each Official Account has a template of its own. */
export const accounts = ['official', 'brand', 'abroad', 'alone'] as const
export const minis = ['mini', 'shop', 'abroad-shop'] as const
export type Account = (typeof accounts)[number]
export type Mini = (typeof minis)[number]

export const templateOf = (account: Account) =>
  account === 'official' ? template : { ...template, templateId: account.padEnd(template.templateId.length, '0') }

const official = (name: Account, more: object = {}) =>
  ({ name, kind: 'official', templates: [templateOf(name)], ...more }) as const

const further = [
  official('brand'),
  official('abroad', { platform: 'second' }),
  official('alone', { platform: null }),
  { name: 'shop', kind: 'mini' },
  { name: 'abroad-shop', kind: 'mini', platform: 'second' },
] as const

export const SEND = '/cgi-bin/message/template/send'

export async function openSeveral(options: WeChatOptions = {}) {
  const box = await openTestBox({ apps: further, ...options })
  const identity = (name: string) => {
    const app = box.box.apps().find(it => it.name === name)
    if (app === undefined) throw new Error(`the box has no ${name}`)
    return app
  }
  const withSecret = (name: string) => {
    const { appid, appsecret: secret } = identity(name)
    return { appid, secret }
  }
  const askToken = async (name: string, said = withSecret(name)) =>
    (await box.get(`/cgi-bin/token?${new URLSearchParams({ grant_type: 'client_credential', ...said })}`)).json
  const tokenOf = async (name: string) => textField(await askToken(name), 'access_token')

  return {
    ...box,
    identity,
    withSecret,
    askToken,
    tokenOf,
    /** Calls in the name of an app, with a token of its own unless another is given. */
    ask: async (name: string, path: string, body?: object, token?: string) => {
      const target = `${path}${path.includes('?') ? '&' : '?'}access_token=${token ?? (await tokenOf(name))}`
      return (body === undefined ? await box.get(target) : await box.post(target, body)).json
    },
    logIn: async (name: string, person: number) =>
      textField(await box.control(`/people/${person}/login`, { app: name }), 'code'),
    exchange: async (name: string, code: string) => {
      const query = { ...withSecret(name), js_code: code, grant_type: 'authorization_code' }
      return (await box.get(`/sns/jscode2session?${new URLSearchParams(query)}`)).json
    },
  }
}

export type SeveralApps = Awaited<ReturnType<typeof openSeveral>>

const known = v.object({ openid: v.string(), unionid: v.optional(v.string()), following: v.optional(v.boolean()) })

/** A person as every app knows them. */
export const personAnswer = v.object({ id: v.number(), apps: v.record(v.string(), known) })

export async function someone({ control }: SeveralApps, more: object = {}) {
  const { id, apps } = v.parse(personAnswer, await control('/people', more))
  return { id, apps, openid: (app: string) => apps[app]?.openid ?? '', unionid: (app: string) => apps[app]?.unionid }
}

/** A message that is right for this account, but for `change`. */
export const messageTo = (account: Account, touser: string, change: object = {}) => ({
  touser,
  template_id: templateOf(account).templateId,
  data: goodData,
  ...change,
})

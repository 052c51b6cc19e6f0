import * as v from 'valibot'
import { callJson, type JsonCall } from './http-json.ts'

/** Someone in the box, as both apps know them. */
export type Person = {
  id: string
  openid: string
  miniOpenid: string
  unionid: string
}

/** A template message on somebody's phone. */
export type PhoneMessage = v.InferOutput<typeof messageSchema>

type CallbackKeys = { callbackToken: string; callbackAesKey: string }

/** What the demo does with WeChat in a box, through its control API. */
export type WeChatControl = {
  addPerson(name: string, signal: AbortSignal): Promise<Person>
  /** `app` is the name of an Official Account, the first one's if absent. */
  follow(person: Person, signal: AbortSignal, app?: string): Promise<void>
  /** `app` is the name of a mini program, the first one's if absent. */
  login(person: Person, signal: AbortSignal, app?: string): Promise<string>
  messages(person: Person, signal: AbortSignal): Promise<PhoneMessage[]>
  /** Makes the box push an app's events to this URL, signed and encrypted with our keys; the first Official Account's if absent. */
  pushTo(url: string, keys: CallbackKeys, signal: AbortSignal, app?: string): Promise<void>
  /** The URL that the first Official Account's events are pushed to, if there is one. */
  receiver(signal: AbortSignal): Promise<string | undefined>
}

const boxLimitMs = 3000
const boxSchema = v.object({ box: v.literal('queqiao-wechat') })
const personSchema = v.object({
  id: v.pipe(v.union([v.string(), v.number()]), v.transform(String)),
  openid: v.string(),
  miniOpenid: v.string(),
  unionid: v.string(),
})
const appsSchema = v.array(
  v.object({ kind: v.string(), callback: v.object({ url: v.optional(v.nullable(v.string())) }) }),
)
const codeSchema = v.object({ code: v.string() })
const messageSchema = v.object({
  /** The account that sent it. */
  app: v.string(),
  msgid: v.string(),
  templateId: v.string(),
  title: v.string(),
  data: v.record(v.string(), v.string()),
})

/** Creates the client of the box at this address. */
export function createWeChatControl(boxUrl: string): WeChatControl {
  const people = `${boxUrl}/_box/people`
  const post = (url: string, body: unknown, signal: AbortSignal) => call('POST', url, { body, signal })
  return {
    async addPerson(name, signal) {
      return v.parse(personSchema, await post(people, { name }, signal))
    },
    async follow(person, signal, app) {
      await post(`${people}/${person.id}/follow`, { app }, signal)
    },
    async login(person, signal, app) {
      return v.parse(codeSchema, await post(`${people}/${person.id}/login`, { app }, signal)).code
    },
    async messages(person, signal) {
      return v.parse(v.array(messageSchema), await call('GET', `${people}/${person.id}/messages`, { signal }))
    },
    async pushTo(url, { callbackToken: token, callbackAesKey: aesKey }, signal, app) {
      const encryption = aesKey === '' ? { mode: 'plain' } : { mode: 'secure', aesKey }
      await post(`${boxUrl}/_box/callback`, { app, url, token, ...encryption }, signal)
    },
    async receiver(signal) {
      const apps = v.parse(appsSchema, await call('GET', `${boxUrl}/_box/apps`, { signal }))
      return apps.find(it => it.kind === 'official')?.callback.url ?? undefined
    },
  }
}

async function call(method: string, url: string, options: JsonCall): Promise<unknown> {
  const answer = await callJson(method, url, options)
  if (answer.status !== 200) throw new Error(answer.told)
  return answer.body
}

/** Returns whether the box runs at this address, by its self-description: WeChat itself answers 200 to any path. */
export async function isBox(url: string): Promise<boolean> {
  const signal = AbortSignal.timeout(boxLimitMs)
  const answer = await callJson('GET', `${url}/_box`, { signal }).catch(() => undefined)
  return v.is(boxSchema, answer?.body)
}

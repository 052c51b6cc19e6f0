/** A box with a clock that stands still, and short ways to talk to it over real HTTP. */
import { test as base, onTestFinished } from 'vitest'
import { type AppName, defaultAccounts } from '../../../local/wechat/defaults.ts'
import { textField } from '../../../local/wechat/json.ts'
import { openWeChat, type WeChatOptions } from '../../../local/wechat/server.ts'

/** Noon of 2026-11-22 in Shanghai. */
export const noon = Date.parse('2026-11-22T12:00:00+08:00')

/** Template with one key of each type that the tests need. */
export const template = {
  templateId: 'oRdErPaId0Lm3nQ7rT9vXzBdFhJlNpRtVxZ1b3D5f7H',
  title: '订单支付成功通知',
  fields: { character_string1: '订单编号', amount2: '支付金额', time3: '支付时间' },
}

/** Values that obey the template. */
export const goodData = {
  character_string1: { value: '20261122-0001' },
  amount2: { value: '¥88.00' },
  time3: { value: '2026-11-22 09:30' },
}

type Answer = { status: number; headers: Headers; text: string; json: unknown }

/** Opens a box that closes with the test. */
export async function openTestBox(options: WeChatOptions = {}) {
  let wall = noon
  const fast = { receiptDelayMs: 0, callbackRetryGapMs: 0, callbackTimeoutMs: 2000 }
  const box = await openWeChat({ now: () => wall, templates: [template], ...fast, ...options })
  onTestFinished(() => box.close())

  const call = async (path: string, init: RequestInit = {}): Promise<Answer> => {
    const response = await fetch(box.url + path, init)
    const text = await response.text()
    return { status: response.status, headers: response.headers, text, json: parse(text) }
  }
  const post = (path: string, body: unknown) =>
    call(path, { method: 'POST', body: typeof body === 'string' ? body : JSON.stringify(body) })
  const control = async (path: string, body?: unknown): Promise<unknown> => {
    const answer = body === undefined ? await call(`/_box${path}`) : await post(`/_box${path}`, body)
    if (answer.status !== 200) throw new Error(`${path}: ${answer.text}`)
    return answer.json
  }
  const tokenPath = (app: AppName) => {
    const { appid, appsecret } = defaultAccounts[app]
    return `/cgi-bin/token?grant_type=client_credential&appid=${appid}&secret=${appsecret}`
  }

  return {
    box,
    get: call,
    post,
    control,
    /** Moves the wall clock, and with it the box's. */
    tick: (ms: number) => {
      wall += ms
    },
    token: async (app: AppName = 'official') => textField((await call(tokenPath(app))).json, 'access_token'),
    stable: async (app: AppName = 'official', force = false) => {
      const { appid, appsecret: secret } = defaultAccounts[app]
      const body = { grant_type: 'client_credential', appid, secret, force_refresh: force }
      return (await post('/cgi-bin/stable_token', body)).json
    },
    tokenPath,
    person: async (body: object = {}) => readPerson(await control('/people', body)),
  }
}

export type TestBox = Awaited<ReturnType<typeof openTestBox>>

/** A test that is given a box of its own. */
export const test = base.extend('box', () => openTestBox())

function readPerson(value: unknown) {
  const [openid, miniOpenid, unionid] = ['openid', 'miniOpenid', 'unionid'].map(name => textField(value, name))
  const id = typeof value === 'object' && value !== null && 'id' in value ? Number(value.id) : -1
  return { id, openid: openid ?? '', miniOpenid: miniOpenid ?? '', unionid: unionid ?? '' }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

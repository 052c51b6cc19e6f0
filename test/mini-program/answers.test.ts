/** The mini program's API module under the answers of a bad day. */

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createContext, runInContext } from 'node:vm'

import { ModuleKind, ScriptTarget, transpileModule } from 'typescript'
import { describe, expect, it } from 'vitest'

import { type ApiOptions, createApi } from '../../examples/mini-program/miniprogram/api.ts'
import { pickFreePort } from '../../local/ports.ts'
import { openServer, problem, type Reply } from './open-server.ts'
import { createWx } from './wx.ts'

type Scripted = (token: string | undefined, path: string) => Reply | undefined

/** An API whose logins give t1, t2 …, and whose other answers are scripted. */
async function openApi(answer: Scripted, more: Partial<ApiOptions> = {}) {
  const asked: string[] = []
  const slept: number[] = []
  let logins = 0
  const baseUrl = await openServer(({ method, url, headers }) => {
    asked.push(`${method} ${url}`)
    if (url === '/login') return { status: 200, body: { token: `t${++logins}`, expiresIn: 86_400, reach: 'unknown' } }
    return answer(headers.authorization?.replace('Bearer ', ''), url ?? '')
  })
  const wx = createWx(async () => 'code')
  const sleep = async (ms: number) => void slept.push(ms)
  const open = () => createApi({ wx, baseUrl, sleep, ...more })
  return { api: open(), open, wx, asked, slept, logins: () => logins }
}

const good: Reply = { status: 200, body: { reach: 'reachable', followedAt: '2026-11-22T15:30:11.000Z' } }
const refusal = (more: object) => expect.objectContaining({ name: 'ApiError', ...more })

describe('a token that the server refuses', () => {
  it('is renewed, and the call made again', async () => {
    const { api, asked } = await openApi(token => (token === 't1' ? problem(401, 'session-expired') : good))
    expect(await api.me()).toMatchObject({ reach: 'reachable' })
    expect(asked).toEqual(['POST /login', 'GET /me', 'POST /login', 'GET /me'])
  })

  it('is renewed only once', async () => {
    const { api, logins } = await openApi(() => problem(401, 'session-invalid'))
    await expect(api.me()).rejects.toThrow(refusal({ code: 'session-invalid', status: 401 }))
    expect(logins()).toBe(2)
  })

  it('is renewed once for all who were refused with it, however late they hear of it', async () => {
    const refused: (() => void)[] = []
    const baseUrl = await openServer(async ({ url, headers }) => {
      if (url === '/login') return { status: 200, body: { token: `t${++logins}`, expiresIn: 86_400 } }
      if (headers.authorization !== 'Bearer t1') return good
      await new Promise<void>(resolve => refused.push(resolve))
      return problem(401, 'session-expired')
    })
    let logins = 0
    const api = createApi({ wx: createWx(async () => 'code'), baseUrl })
    const [early, late] = [api.me(), api.me()]
    await expect.poll(() => refused.length).toBe(2)
    refused[0]?.()
    await Promise.race([early, late])
    refused[1]?.()
    expect(await Promise.all([early, late])).toHaveLength(2)
    expect(logins).toBe(2)
  })
})

describe('an answer to come back later', () => {
  it.each(['Retry-After', 'retry-after', 'RETRY-AFTER'])('is heeded once (%s)', async name => {
    let calls = 0
    const busy: Reply = { ...problem(429, 'wechat-busy'), headers: { [name]: '2' } }
    const { api, slept } = await openApi(() => (++calls === 1 ? busy : good))
    expect(await api.me()).toMatchObject({ reach: 'reachable' })
    expect(slept).toEqual([2000])
  })

  it('that comes again is for the caller', async () => {
    const busy: Reply = { ...problem(429, 'wechat-busy'), headers: { 'Retry-After': '2' } }
    const { api, slept } = await openApi(() => busy)
    await expect(api.me()).rejects.toThrow(refusal({ code: 'wechat-busy', status: 429, retryAfterSeconds: 2 }))
    expect(slept).toEqual([2000])
  })

  it.each(['3600', 'Wed, 21 Oct 2026 07:28:00 GMT', ''])(
    'is not waited for where it is long or unclear (%s)',
    async at => {
      const { api, slept } = await openApi(() => ({
        ...problem(429, 'images-too-many'),
        headers: { 'Retry-After': at },
      }))
      await expect(api.me()).rejects.toThrow(refusal({ code: 'images-too-many' }))
      expect(slept).toEqual([])
    },
  )
})

describe('what fails', () => {
  it('by time is a timeout', async () => {
    const { api } = await openApi(() => undefined, { timeoutMs: 300 })
    await expect(api.me()).rejects.toThrow(refusal({ code: 'timeout', status: 0, detail: 'request:fail timeout' }))
  })

  it('on the way is of the network', async () => {
    const baseUrl = `http://127.0.0.1:${await pickFreePort('127.0.0.1')}`
    const api = createApi({ wx: createWx(async () => 'code'), baseUrl })
    await expect(api.me()).rejects.toThrow(refusal({ code: 'network', status: 0 }))
  })

  it('because nobody listed the domain is told from a dead network', async () => {
    const { wx } = await openApi(() => good)
    const request: typeof wx.request = ({ fail }) => fail({ errMsg: 'request:fail url not in domain list' })
    const api = createApi({ wx: { ...wx, request }, baseUrl: 'https://api.example.com' })
    await expect(api.me()).rejects.toThrow(refusal({ code: 'domain-not-listed', status: 0 }))
  })

  it('in wx.login is told with its words, and not asked of the server', async () => {
    const fail = async () => Promise.reject(new Error('system error'))
    const api = createApi({ wx: createWx(fail), baseUrl: 'http://127.0.0.1:9' })
    await expect(api.me()).rejects.toThrow(refusal({ code: 'wx-failed', detail: 'login:fail system error' }))
  })

  it('as the API tells it keeps errcode and rid', async () => {
    const { api } = await openApi(() => problem(502, 'wechat-unavailable', { errcode: -1, rid: 'abc' }))
    const told = {
      code: 'wechat-unavailable',
      status: 502,
      detail: 'about wechat-unavailable',
      errcode: -1,
      rid: 'abc',
    }
    await expect(api.me()).rejects.toThrow(refusal(told))
  })

  it.each<[string, Reply]>([
    ['a gateway’s page', { status: 502, body: '<html>Bad Gateway</html>' }],
    ['a gateway’s own JSON', { status: 503, body: { message: 'Service Unavailable' } }],
    ['another reach', { status: 200, body: { reach: 'perhaps' } }],
    ['an array', { status: 200, body: [] }],
    ['no JSON', { status: 200, body: 'ok' }],
    ['null', { status: 200, body: 'null' }],
  ])('by its form is not believed: %s', async (_what, reply) => {
    const { api } = await openApi(() => reply)
    await expect(api.me()).rejects.toThrow(refusal({ code: 'answer-unexpected' }))
  })
})

describe('the storage', () => {
  it.each(['null', '"x"', '{}', '{"token":7,"expiresAt":9e15}', '{"token":"","expiresAt":9e15}', '{"token":"x"}'])(
    'may hold anything: %s',
    async stored => {
      const { api, wx, logins, open } = await openApi(() => good)
      await api.token()
      for (const key of wx.storage.keys()) wx.storage.set(key, stored)
      expect(await open().me()).toMatchObject({ reach: 'reachable' })
      expect(logins()).toBe(2)
    },
  )

  it('may be full: the session then lives in memory', async () => {
    const wx = createWx(async () => 'code')
    const full = {
      ...wx,
      setStorage: ({ fail }: { fail: (e: { errMsg: string }) => void }) => fail({ errMsg: 'full' }),
    }
    const { api, logins } = await openApi(() => good, { wx: full })
    await api.me()
    await api.me()
    expect(logins()).toBe(1)
  })
})

describe('the module', () => {
  it('runs where there is nothing but the language, setTimeout and wx', async () => {
    const file = join(import.meta.dirname, '../../examples/mini-program/miniprogram/api.ts')
    const compilerOptions = { module: ModuleKind.CommonJS, target: ScriptTarget.ES2018 }
    const { outputText } = transpileModule(await readFile(file, 'utf8'), { compilerOptions })
    const baseUrl = await openServer(({ url }) =>
      url === '/login' ? { status: 200, body: { token: 't', expiresIn: 86_400 } } : good,
    )
    const global = { exports: {}, setTimeout, wx: createWx(async () => 'code'), baseUrl }
    const run = `${outputText}; exports.createApi({ wx, baseUrl }).me()`
    expect(await runInContext(run, createContext(global))).toMatchObject({ reach: 'reachable' })
  })
})

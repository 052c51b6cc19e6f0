/** The console's API behind a server: who may ask, what may be done, and what it tells while it goes. */

import { request as ask, createServer } from 'node:http'
import { text } from 'node:stream/consumers'

import { describe, expect, it, onTestFinished } from 'vitest'

import { boxApps as apps } from '../../kit/app.ts'
import { listen } from '../../kit/listen.ts'
import { memoryDeliveries, memoryLinks } from '../../kit/memory-stores.ts'
import type { Apps } from '../../lib/apps.ts'
import type { History } from '../../lib/console/ports.ts'
import type { OfficialAppId } from '../../lib/identifiers.ts'
import { readTemplateLists } from '../../lib/send/template-list.ts'
import { createConsole } from '../../local/console-api/api.ts'
import type { Guard } from '../../local/console-api/guard.ts'
import { createHistory } from '../../local/history/history.ts'
import { serveConsole } from '../../local/wechat/console/serve-console.ts'
import templateFile from '../../templates.json' with { type: 'json' }

const noon = Date.parse('2026-11-22T12:00:00Z')
const now = () => noon
const openid = 'oA1bcdefghijklmnopqrstuvwOpQ'
const unexpected = 'a secret in the text of a failure'

type Wanted = { readonly isWriting?: boolean; readonly token?: string; readonly history?: History }

/** Opens a console over a stage in memory. */
async function open({ isWriting = false, token, history }: Wanted = {}) {
  const server = createServer()
  const port = await listen(server)
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  const host = `127.0.0.1:${port}`
  const links = memoryLinks()
  const list = memoryDeliveries(now)
  const done: unknown[] = []
  const letter = {
    messageId: 'm-1',
    eventId: 'order-1',
    reason: 'rejected',
    at: noon,
    body: JSON.stringify({ openid }),
  }
  const note = async (what: unknown) => {
    done.push(what)
    return { moved: 1 }
  }
  const deps = {
    ...{ stage: 'prod', apps, deliveries: list, list, links, upkeep: links, now, isWriting },
    events: { push: async (message: object) => void done.push(message) },
    templates: () => readTemplateLists(templateFile, 'local', apps.officials),
    ...{ values: 'checked' as const, queue: { name: 'queqiao-prod-events', region: 'eu-west-1' } },
    ...(history === undefined ? {} : { history }),
    queues: { size: async () => ({ ready: done.length, later: 0, inWork: 0 }) },
    letters: { peek: async () => ({ letters: [letter], isAll: true }), redrive: note },
    functions: {
      sync: async () => ({ state: 'complete' }),
      quota: async (app?: string) => ({ app }),
      reopen: async (app?: string) => note(`reopen ${app}`),
      doctor: async () => Promise.reject(new Error(unexpected)),
    },
  }
  const guard: Guard = { hosts: [host, `localhost:${port}`], ...(token === undefined ? {} : { token }) }
  let listed: Apps = apps
  const opened = createConsole(() => ({ ...deps, apps: listed }), {
    guard,
    page: serveConsole,
    explain: () => undefined,
  })
  server.on('request', opened.serve)
  const send = async (path: string, headers: Record<string, string> = {}, body?: string) => {
    const { promise, resolve, reject } = Promise.withResolvers<{ status: number; headers: object; text: string }>()
    const method = body === undefined ? 'GET' : 'POST'
    const sent = ask({ host: '127.0.0.1', port, path, method, headers: { host, ...headers } }, async answer => {
      resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text: await text(answer) })
    })
    sent.on('error', reject)
    sent.end(body)
    return promise
  }
  const json = { 'content-type': 'application/json' }
  const post = (path: string, body: object, headers = {}) => send(path, { ...json, ...headers }, JSON.stringify(body))
  const codeOf = async (asked: Promise<{ text: string }>): Promise<string> => JSON.parse((await asked).text).code
  const setApps = (changed: Apps) => {
    listed = changed
  }
  return { ...opened, host, port, done, list, send, post, codeOf, setApps }
}

describe('the console answers', () => {
  it.for([
    ['a name that leads here by another’s DNS', { host: 'evil.example' }, 'host-unknown'],
    ['the right name at another port', { host: '127.0.0.1:1' }, 'host-unknown'],
    ['the page of another site', { origin: 'https://evil.example' }, 'cross-site'],
    ['a page without an origin', { origin: 'null' }, 'cross-site'],
    ['another server of this machine', { origin: 'http://127.0.0.1:1' }, 'cross-site'],
    ['a picture or a link in another site', { 'sec-fetch-site': 'cross-site' }, 'cross-site'],
    ['a neighbouring port', { 'sec-fetch-site': 'same-site' }, 'cross-site'],
  ] as const)('nothing to %s', async ([_what, headers, code]) => {
    const { send, post, codeOf, done } = await open({ isWriting: true })
    expect(await codeOf(send('/api/stage', headers))).toBe(code)
    expect(await codeOf(post('/api/quota/reopen', {}, headers))).toBe(code)
    expect(done).toEqual([])
  })

  it('its own page, under each of its names', async () => {
    const { send, port } = await open()
    for (const name of ['127.0.0.1', 'localhost']) {
      const headers = { host: `${name}:${port}`, origin: `http://${name}:${port}`, 'sec-fetch-site': 'same-origin' }
      expect((await send('/api/stage', headers)).status).toBe(200)
    }
  })

  it('with a policy that lets the page load nothing from elsewhere, and others nothing of this', async () => {
    const { send } = await open()
    for (const path of ['/', '/api/stage', '/nowhere', '/api/nowhere'])
      expect((await send(path)).headers).toMatchObject({
        'content-security-policy': expect.stringContaining("default-src 'none'"),
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'cross-origin-resource-policy': 'same-origin',
      })
  })

  it('nobody without the token where it has one; and keeps it for the page', async () => {
    const { send, codeOf } = await open({ token: 'the-token' })
    for (const it of ['/api/stage', '/', '/api/live', '/api/stage?token=the-token2', '/api/stage?token='])
      expect(await codeOf(send(it))).toBe('token-missing')
    const { status, headers } = await send('/?token=the-token')
    const cookie = `${Object.entries(headers).find(([name]) => name === 'set-cookie')?.[1]}`
    expect([status, cookie]).toEqual([200, expect.stringMatching(/HttpOnly; SameSite=Strict; Path=\/$/)])
    expect((await send('/api/stage', { cookie: cookie.split(';')[0] ?? '' })).status).toBe(200)
    expect((await send('/api/stage', { authorization: 'Bearer the-token' })).status).toBe(200)
  })
})

describe('what changes the stage', () => {
  const order = { queue: 'events-dlq', ids: ['m-1'] }

  it('is not done unless it is allowed', async () => {
    const { post, codeOf, done } = await open()
    expect(await codeOf(post('/api/redrive', order))).toBe('read-only')
    expect(await codeOf(post('/api/quota/reopen', {}))).toBe('read-only')
    expect(done).toEqual([])
  })

  it('is done as it is ordered', async () => {
    const { post, done } = await open({ isWriting: true })
    expect((await post('/api/redrive', order)).status).toBe(200)
    expect((await post('/api/quota/reopen', { app: 'official' })).status).toBe(200)
    expect(done).toEqual([{ queue: 'events-dlq', ids: new Set(['m-1']), evenInDoubt: false }, 'reopen official'])
  })

  it.for([
    [{ queue: 'events-review', ids: ['m-1'] }, 'in-doubt'],
    [{ queue: 'events', ids: ['m-1'] }, 'body-invalid'],
    [{ queue: 'events-dlq', ids: [] }, 'body-invalid'],
    [{ queue: 'events-dlq', ids: Array.from({ length: 101 }, String) }, 'body-invalid'],
    [{ ...order, more: 1 }, 'body-invalid'],
    [{ ...order, more: 'x'.repeat(70_000) }, 'body-too-large'],
  ] as const)('is refused where the order is wrong: %#', async ([wrong, code]) => {
    const { post, codeOf, done } = await open({ isWriting: true })
    expect(await codeOf(post('/api/redrive', wrong))).toBe(code)
    expect(done).toEqual([])
  })

  it('takes no form of another page', async () => {
    const { send, codeOf } = await open({ isWriting: true })
    const type = { 'content-type': 'text/plain' }
    expect(await codeOf(send('/api/redrive', type, JSON.stringify(order)))).toBe('not-json')
  })
})

describe('the views', () => {
  it('are told as JSON, ids of people masked until asked for', async () => {
    const { send, list } = await open()
    await list.record({ id: 'order:1', state: 'dropped', attempts: 1, at: '2026-11-22T12:00:00.000Z' }, 'one')
    const read = async (path: string) => JSON.parse((await send(path)).text)
    expect(await read('/api/stage')).toMatchObject({ stage: 'prod', isWriting: false, officials: ['official'] })
    expect((await read('/api/deliveries?state=dropped')).deliveries).toMatchObject([{ id: 'order:1' }])
    expect(await read('/api/deliveries/order%3A1')).toMatchObject({ id: 'order:1', delivery: { state: 'dropped' } })
    expect(await read('/api/waits')).toEqual({ groups: [], isAll: true })
    expect(await read('/api/person?unionid=uNobody')).toMatchObject({ reach: 'unknown' })
    expect((await send('/api/letters?queue=events-dlq')).text).toContain('oA1b…OpQ')
    expect((await send('/api/letters?queue=events-dlq&show=ids')).text).toContain(openid)
  })

  it.for([
    ['/api/nowhere', 'route-unknown'],
    ['/api/__proto__', 'route-unknown'],
    ['/api/queues/x', 'route-unknown'],
    ['/api/deliveries?state=accepted', 'listing-invalid'],
    ['/api/deliveries/%', 'event-id-invalid'],
    ['/api/letters?queue=events', 'queue-invalid'],
    ['/api/quota?app=nobody', 'app-invalid'],
    ['/api/person', 'address-invalid'],
  ] as const)('refuse %s', async ([path, code]) => {
    const { send, codeOf } = await open()
    expect(await codeOf(send(path))).toBe(code)
  })

  it('tell of a failure that nobody expected nothing but that', async () => {
    const { status, text: told } = await (await open()).send('/api/doctor')
    expect([status, told.includes(unexpected)]).toEqual([500, false])
  })
})

it('the page is served with what is behind it, and nothing else of the disk', async () => {
  const { send } = await open()
  expect((await send('/?view=events')).text).toContain('/console/main.js')
  expect((await send('/console/main.js')).status).toBe(200)
  expect((await send('/console/parts.js')).text).toBe('export const parts = ["stage"]\n')
  for (const path of ['/../package.json', '/%2e%2e/package.json', '/console/../../main.ts', '/console/none.js'])
    expect((await send(path)).status).toBe(404)
})

describe('events', () => {
  const event = (more: object = {}) => ({
    ...{ id: 'order-1:paid', to: { unionid: 'uQ1w2E3r4T5y6U7i8O9p0AsDfGhJ' }, template: 'order-paid' },
    data: { character_string1: '20261122-0001', amount2: '¥88.00', time3: '2026-11-22 09:30' },
    ...more,
  })
  const bad = event({ data: { character_string1: '一'.repeat(9), amount2: '¥88.00' } })

  it('are checked by the sender’s rules, at the fields, also where nothing may be changed', async () => {
    const { post, done } = await open()
    expect(JSON.parse((await post('/api/events/check', event())).text)).toEqual({ fields: {} })
    expect(JSON.parse((await post('/api/events/check', bad)).text)).toEqual({
      problem: expect.stringContaining('data.time3 is missing'),
      fields: {
        character_string1: expect.stringContaining('must be at most 32 letters'),
        time3: 'time3 is missing',
      },
    })
    expect(done).toEqual([])
  })

  it('are pushed as they are, only where that is allowed, and only with an id', async () => {
    const reading = await open()
    expect(await reading.codeOf(reading.post('/api/events', event()))).toBe('read-only')
    const { post, codeOf, done } = await open({ isWriting: true })
    expect((await post('/api/events', bad)).status).toBe(200)
    expect(await codeOf(post('/api/events', { to: {} }))).toBe('event-id-invalid')
    const group = templateFile.local['order-paid'].templateId
    expect([reading.done, done]).toEqual([[], [{ body: JSON.stringify(bad), group }]])
  })

  it('are listed as they were seen, by state, template, account and a part of the id', async () => {
    const history = createHistory({ apps: () => apps, now })
    const { send, post } = await open({ isWriting: true, history })
    await post('/api/events', event())
    const line = (message: string, fields: object) =>
      history.add(
        JSON.stringify({ level: 'DEBUG', message, timestamp: '2026-11-22T12:00:01Z', app: 'official', ...fields }),
      )
    line('send.received', { id: 'order-2', attempts: 1, template: 'class-reminder', pushedAt: '2026-11-22T12:00:00Z' })
    line('send.dropped', { id: 'order-2', reason: 'not-following' })
    const ids = async (query: string) =>
      JSON.parse((await send(`/api/events?${query}`)).text).events.map((it: { id: string }) => it.id)
    expect(await ids('')).toEqual(['order-2', 'order-1:paid'])
    expect(await ids('state=dropped')).toEqual(['order-2'])
    expect(await ids('template=order-paid')).toEqual(['order-1:paid'])
    expect(await ids('from=official')).toEqual(['order-2'])
    expect(await ids('id=1:pa')).toEqual(['order-1:paid'])
    expect(JSON.parse((await send('/api/events/order-1%3Apaid')).text).steps).toMatchObject([{ step: 'pushed' }])
  })

  it('are those of the index where nobody looked on', async () => {
    const { send, list } = await open()
    await list.record({ id: 'order:1', state: 'dropped', attempts: 1, at: '2026-11-22T12:00:00.000Z' }, 'one')
    expect(JSON.parse((await send('/api/events?state=dropped')).text).events).toMatchObject([{ id: 'order:1' }])
    expect(JSON.parse((await send('/api/events?id=2')).text).events).toEqual([])
    expect(JSON.parse((await send('/api/templates')).text).templates[0]).toMatchObject({
      ...{ account: 'official', name: 'order-paid' },
      fields: expect.arrayContaining([{ key: 'time3', label: '支付时间', rule: expect.stringContaining('be a time') }]),
    })
  })
})

describe('the stream of what changed', () => {
  it('names the view that changed, and looks only while somebody listens', async () => {
    const { send, host, look, post, close, list } = await open({ isWriting: true })
    let looks = 0
    const { page } = list
    const counted = (order: Parameters<typeof page>[0]) => {
      looks++
      return page(order)
    }
    Object.assign(list, { page: counted })
    await look()
    expect(looks).toBe(0)
    const stream = await fetch(`http://${host}/api/live`)
    await look()
    await post('/api/quota/reopen', {})
    await look()
    close()
    const told = await stream.text()
    expect(looks).toBe(2)
    expect(told.match(/^(event|data): .*$/gm)).toEqual(['event: changed', 'data: {"view":"queues"}'])
    expect((await send('/api/stage')).status).toBe(200)
  })

  it('says that the apps are others, which the next answer has', async () => {
    const { host, look, close, send, setApps } = await open()
    const stream = await fetch(`http://${host}/api/live`)
    await look()
    const [first] = apps.officials
    setApps({ ...apps, officials: [first, { ...first, name: 'region', appid: 'wx000000004e910001' as OfficialAppId }] })
    await look()
    close()
    expect(await stream.text()).toContain('data: {"view":"lists"}')
    expect(JSON.parse((await send('/api/stage')).text)).toMatchObject({ officials: [first.name, 'region'] })
  })

  it('takes so many listeners and no more', async () => {
    const { host, close } = await open()
    const streams = await Promise.all(Array.from({ length: 17 }, () => fetch(`http://${host}/api/live`)))
    expect(streams.map(it => it.status).filter(it => it === 503)).toHaveLength(1)
    close()
    await Promise.all(streams.map(it => it.text()))
  })
})

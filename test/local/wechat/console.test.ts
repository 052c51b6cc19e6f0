import { request } from 'node:http'
import { networkInterfaces } from 'node:os'
import * as v from 'valibot'
import { expect } from 'vitest'
import { consoleBytes } from '../../../local/wechat/console/serve-console.ts'
import { openTestBox, test } from './open-test-box.ts'

const people = v.object({
  total: v.number(),
  people: v.array(v.object({ id: v.number(), name: v.optional(v.string()) })),
})

test('the console may load nothing from elsewhere, run no other script and sit in no frame', async ({ box }) => {
  const { headers, text } = await box.get('/')
  expect(headers.get('content-type')).toBe('text/html; charset=utf-8')
  expect(headers.get('x-content-type-options')).toBe('nosniff')
  expect(headers.get('content-security-policy')).toMatch(
    /^default-src 'none'; style-src 'self'; script-src 'self' 'sha256-[\w+/=]{44}'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'$/,
  )
  expect(text).not.toMatch(/https?:|\/\/\w/)
})

test('a visitor loads at most 250 KB, and each file by its exact name only', async ({ box }) => {
  expect(consoleBytes).toBeLessThan(250 * 1024)
  for (const path of [
    'main.js',
    'views/phones.js',
    'lib/preact.js',
    'lib/preact/hooks.js',
    'lib/htm.js',
    'console.css',
  ])
    expect((await box.get(`/console/${path}`)).status, path).toBe(200)
  for (const path of ['../guard.ts', '..%2fguard.ts', 'guard.ts', 'lib/uqr.js', 'views/', ''])
    expect(await ask(box.box.url, `/console/${path}`, {}), path).toMatchObject({ status: 404 })
})

/** A request with headers that fetch does not let one choose. */
function ask(url: string, path: string, headers: Record<string, string>, method = 'GET') {
  return new Promise<{ status: number; cookie: string | undefined; location: string | undefined }>(
    (resolve, reject) => {
      const asked = request(url, { path, method, headers }, answer => {
        answer.destroy()
        resolve({
          status: answer.statusCode ?? 0,
          cookie: answer.headers['set-cookie']?.[0],
          location: answer.headers.location,
        })
      })
      asked.once('error', reject)
      asked.end()
    },
  )
}

test('a page whose own name resolves to this machine gets nothing', async ({ box: { box } }) => {
  for (const path of ['/', '/_box', '/_box/live', '/console/main.js']) {
    expect(await ask(box.url, path, { Host: 'evil.example:3100' }), path).toMatchObject({ status: 403 })
    expect(await ask(box.url, path, { Host: '127.0.0.1.evil.example' }), path).toMatchObject({ status: 403 })
    for (const Host of ['localhost:3100', '127.0.0.1', '[::1]:3100', 'box.localhost'])
      expect(await ask(box.url, path, { Host }), `${Host}${path}`).toMatchObject({ status: 200 })
  }
})

test('a page of another origin can change nothing, and read nothing; a program without Origin can', async ({
  box: { box, control },
}) => {
  for (const Origin of ['http://evil.example', 'null', 'http://127.0.0.1:1', box.url.replace('http', 'https')]) {
    expect(await ask(box.url, '/_box/people', { Origin }, 'POST'), Origin).toMatchObject({ status: 403 })
    expect(await ask(box.url, '/_box/live', { Origin }), Origin).toMatchObject({ status: 403 })
  }
  expect(await control('')).toMatchObject({ people: 0 })
  expect(await ask(box.url, '/_box/people', { Origin: box.url }, 'POST')).toMatchObject({ status: 200 })
  expect(await ask(box.url, '/_box/people', {}, 'POST')).toMatchObject({ status: 200 })
})

test('on loopback there is no token; elsewhere the URL has one, which becomes a cookie', async ({ box: { box } }) => {
  expect(box.consolePath).toBe('/')

  const open = (await openTestBox({ host: '0.0.0.0' })).box
  const token = /^\/\?token=([0-9a-f]{32})$/.exec(open.consolePath)?.[1]
  const first = await ask(open.url, open.consolePath, {})
  expect(first).toMatchObject({ status: 303, location: '/' })
  expect(first.cookie).toBe(`queqiao-console=${token}; Path=/; HttpOnly; SameSite=Strict`)
  const strange = { Host: 'my-machine.example' }
  expect(await ask(open.url, '/_box', { ...strange, Cookie: `a=b; queqiao-console=${token}` })).toMatchObject({
    status: 200,
  })
  expect(await ask(open.url, '/_box', { ...strange, Authorization: `Bearer ${token}` })).toMatchObject({ status: 200 })
  expect(await ask(open.url, '/_box', { ...strange, Cookie: 'queqiao-console=00' })).toMatchObject({ status: 403 })
  expect(await ask(open.url, '/?token=wrong', strange)).toMatchObject({ status: 403 })
})

test('people are found by a part of the name, the number, and every id; pages hold all', async ({ box }) => {
  await box.person({ count: 100_000 })
  const person = await box.person({ name: '小明' })
  const list = async (query: string) => v.parse(people, await box.control(`/people/list?${query}`))

  expect(await list('limit=1')).toMatchObject({ total: 100_001, people: [{ id: 100_000, name: '小明' }] })
  expect((await list('offset=99999&limit=200')).people.map(it => it.id)).toEqual([1, 0])
  for (const search of ['明', '100000', person.openid, person.miniOpenid, person.unionid])
    expect(await list(`search=${encodeURIComponent(search)}`), search).toMatchObject({
      total: 1,
      people: [{ id: 100_000 }],
    })
  expect(await list('search=nobody')).toEqual({ total: 0, people: [] })
  expect((await box.get('/_box/people/list?limit=201')).status).toBe(400)
})

test('a page hears what changed, at once for many changes', async ({ box }) => {
  const stop = new AbortController()
  const live = await fetch(`${box.box.url}/_box/live`, { signal: stop.signal })
  expect(live.headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
  const reader = live.body?.pipeThrough(new TextDecoderStream()).getReader()
  expect((await reader?.read())?.value).toContain('data: {"topics": []}')

  for (let at = 0; at < 20; at += 1) await box.person({})
  expect((await reader?.read())?.value).toBe('data: {"topics":["people"]}\n\n')
  await box.token()
  expect((await reader?.read())?.value).toMatch(/"calls"/)
  await box.control('/reset', {})
  await box.control('/people', {})
  expect((await reader?.read())?.value).toMatch(/"people"/)
  stop.abort()
})

test('of the fifty-first page the box says that it is one too many', async ({ box: { box } }) => {
  const stop = new AbortController()
  const open = () => fetch(`${box.url}/_box/live`, { signal: stop.signal })
  for (let at = 0; at < 50; at += 1) expect((await open()).status).toBe(200)
  expect((await open()).status).toBe(503)
  stop.abort()
})

test('only an own address of the network, not that of another machine, needs no token', async () => {
  const address = Object.values(networkInterfaces())
    .flatMap(it => it ?? [])
    .find(({ family, internal }) => family === 'IPv4' && !internal)?.address
  const { box } = await openTestBox({ host: '0.0.0.0' })
  const port = new URL(box.url).port
  const own = address === undefined ? box.url : `http://${address}:${port}`
  expect((await fetch(`${own}/_box`)).status).toBe(200)
})

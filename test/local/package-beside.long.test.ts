/** `npx --no sls package` beside a running `npm start`: both build, and neither may take the other's files. */

import { afterAll, beforeAll, expect, it } from 'vitest'

import { callJson } from '../../local/http-json.ts'
import { patience } from '../patience.ts'
import { packageHere } from '../resources/packaged.ts'
import { account, fillIn, readBlock } from './readme-account.ts'
import { openStandIn, templateId } from './stand-in-wechat.ts'
import { openFolder } from './started-stack.ts'

const follower = 'oTestAccountFollower00000001'
/** What each route answers to somebody without a session or a signature. */
const routes = [
  { method: 'POST', path: '/login', body: { code: '0a1b2c3d' }, status: 200 },
  { method: 'GET', path: '/me', status: 401 },
  { method: 'GET', path: '/callback?signature=x', status: 401 },
  { method: 'POST', path: '/callback?signature=x', body: {}, status: 401 },
  { method: 'GET', path: '/deliveries/unknown', status: 404 },
  { method: 'GET', path: `/reach?openid=${follower}`, status: 200 },
  { method: 'POST', path: '/images', body: {}, status: 401 },
  { method: 'GET', path: '/images/unknown', status: 401 },
  { method: 'GET', path: '/.well-known/jwks.json', status: 200 },
]

let wechat: Awaited<ReturnType<typeof openStandIn>>
let folder: Awaited<ReturnType<typeof openFolder>>
let stack: Awaited<ReturnType<typeof folder.start>>

beforeAll(async () => {
  wechat = await openStandIn()
  wechat.followers.add(follower)
  folder = await openFolder(fillIn(readBlock('README.md'), { ...account, WECHAT_API_URL: wechat.url }))
  // With an account of one's own no story is played: no function has been loaded when the package begins.
  stack = await folder.start()
}, 120_000)

afterAll(async () => {
  await stack?.stop()
  await folder.remove()
  wechat.close()
})

/** Calls route after route, each so often at once: a call that finds the others busy has the code loaded anew. */
async function callAll(atOnce: number): Promise<string[]> {
  const told: string[] = []
  for (const route of routes) told.push(...(await Promise.all(Array.from({ length: atOnce }, () => call(route)))))
  return told
}

async function call({ method, path, body }: (typeof routes)[number]): Promise<string> {
  const how = { signal: AbortSignal.timeout(patience.timeout), ...(body && { body }) }
  const { status } = await callJson(method, `http://127.0.0.1:${folder.ports.api}${path}`, how)
  return `${method} ${path} ${status}`
}

const wanted = (atOnce: number) =>
  routes.flatMap(({ method, path, status }) => Array(atOnce).fill(`${method} ${path} ${status}`))

it('every route answers while a package is made and after it, and an event is sent', { timeout: 240_000 }, async () => {
  let isPackaged = false
  const packaging = packageHere().finally(() => {
    isPackaged = true
  })
  while (!isPackaged) expect(await callAll(1)).toEqual(wanted(1))
  expect(await packaging).toBeDefined()
  expect(await callAll(2)).toEqual(wanted(2))

  const event = ['--to', `openid=${follower}`, '--template-id', templateId, '--data', '店名=鹊桥书店', '--id', 'after']
  expect(await folder.run('tools/queqiao.cjs', 'send', ...event, '--no-follow')).toMatchObject({ code: 0 })
  const url = `http://127.0.0.1:${folder.ports.api}/deliveries/after`
  const state = async () => (await callJson('GET', url, { signal: AbortSignal.timeout(patience.timeout) })).body
  await expect.poll(state, patience).toMatchObject({ state: 'accepted' })
})

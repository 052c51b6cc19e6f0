import { describe, expect, it } from 'vitest'

import { createHandler } from '../../functions/token.ts'
import { memoryTokens } from '../../kit/memory-stores.ts'
import { requestErrorOf } from '../../lib/problem.ts'
import { getToken } from '../../lib/tokens/share.ts'
import { context, requestOf } from '../functions/context.ts'
import { openSecondPair } from '../second-pair.ts'
import { openWorld } from '../world.ts'

async function openShare() {
  const world = await openWorld()
  const second = await openSecondPair(world)
  const apps = [world.app('official'), second.brand, world.app('mini'), second.shop]
  const deps = { apps, now: world.now }
  return { ...world, second, apps, deps, get: (app?: string) => getToken({ app }, deps) }
}

const path = '/cgi-bin/stable_token'
const minuteMs = 60_000

describe('getToken', () => {
  it('hands out each app’s present token with what it has to live, without a call of its own', async () => {
    const { apps, get, calls, second, tick } = await openShare()
    const present = await Promise.all(apps.map(it => it.accessTokens.get()))
    const told = await Promise.all(apps.map(it => get(it.app.name)))
    const id = expect.stringMatching(/^[0-9a-f]{16}$/)
    expect(told).toEqual(present.map(accessToken => ({ id, accessToken, expiresIn: 7200 })))
    expect([new Set(present).size, new Set(told.map(it => it.id)).size]).toEqual([4, 4])
    tick(3_600_000)
    expect(await get('brand')).toEqual({ ...told[1], expiresIn: 3600 })
    expect([await calls(path), await second.calls(path)]).toEqual([2, 2])
  })

  it('says in the log that it did, and of which app, and not what', async () => {
    const { get, lines } = await openShare()
    const { accessToken } = await get('shop')
    const shared = lines.filter(it => it.event === 'token.shared')
    expect(shared.map(it => it.fields)).toEqual([{ app: 'shop' }])
    expect(JSON.stringify(lines)).not.toContain(accessToken)
  })

  it.each([undefined, ''])('asks for the name of an app where the query has %j', async app => {
    const { get, second, calls } = await openShare()
    const message = 'Ask with ?app=, one of official, brand, mini, shop.'
    await expect(get(app)).rejects.toMatchObject({ code: 'app-invalid', status: 400, message })
    expect([await calls('/cgi-bin/stable_token'), await second.calls('/cgi-bin/stable_token')]).toEqual([0, 0])
  })

  it.each(['both', 'Shop', 'wx00000000000000bb'])('knows no app by the name %s', async app => {
    const { get } = await openShare()
    await expect(get(app)).rejects.toMatchObject({
      code: 'app-invalid',
      status: 400,
      message: expect.stringMatching(/^No app .*; there are official, brand, mini, shop\.$/),
    })
  })
})

// A dead token was handed out until it would have expired: nothing renewed it but calls of our own.
describe('a token that WeChat rejected, by its id', () => {
  /** Several processes of one store, whose token another system has replaced. */
  async function openRejected(age = 10 * minuteMs) {
    const world = await openWorld()
    const store = memoryTokens()
    const processes = Array.from({ length: 4 }, () => ({ apps: [world.app('official', store)], now: world.now }))
    const get = (of: number, rejected?: string) => getToken({ app: 'official', rejected }, processes[of] ?? fail())
    const dead = await get(0)
    world.tick(age)
    await world.control('/tokens/revoke', { app: 'official' })
    return { ...world, processes, get, dead, renewals: async () => (await world.calls(path)) - 1 }
  }
  const fail = (): never => {
    throw new Error('there is no such process')
  }

  it('is renewed once for all who say so, and by nobody who only asks', async () => {
    const { get, dead, app, renewals, lines } = await openRejected()
    expect([(await get(0)).id, await renewals()]).toEqual([dead.id, 0])
    const told = await Promise.all(Array.from({ length: 20 }, (_, index) => get(index % 4, dead.id)))
    expect([new Set(told.map(it => it.accessToken)).size, await renewals()]).toEqual([1, 1])
    const [{ id, accessToken, expiresIn } = dead] = told
    expect([id === dead.id, expiresIn]).toEqual([false, 7200])
    expect(await app('official').wechat.followerPage(accessToken)).toMatchObject({ odd: 0 })
    expect(lines.filter(it => it.event === 'token.rejected').length).toBeGreaterThan(0)
    expect(JSON.stringify(lines)).not.toContain(accessToken)
  })

  it('is not renewed where the store has another one by then, though memory has it still', async () => {
    const { get, dead, renewals } = await openRejected()
    await get(1)
    const { id } = await get(0, dead.id)
    expect([(await get(1)).id, (await get(1, dead.id)).id, (await get(2, dead.id)).id]).toEqual([dead.id, id, id])
    expect([(await get(3, 'nonsense')).id, (await get(3, `${dead.id},${id}`)).id, (await get(3, '')).id]).toEqual([
      ...[id, id, id],
    ])
    expect(await renewals()).toBe(1)
  })

  it('is renewed every two minutes at most, however often a caller says so', async () => {
    const { get, dead, tick, renewals } = await openRejected()
    let { id } = await get(0, dead.id)
    for (let second = 0; second < 3600; second += 10) {
      tick(10_000)
      id = await get(second % 4, id).then(
        it => it.id,
        () => id,
      )
    }
    expect(await renewals()).toBe(1 + 30)
  })

  it('is told to be fresh, and when to say so again', async () => {
    const { get, dead, now, renewals, tick } = await openRejected(90_500)
    const error = await get(1, dead.id).catch(it => it)
    expect(requestErrorOf(error, now())).toMatchObject({
      ...{ code: 'token-fresh', status: 429, retryAfterSeconds: 30, app: 'official' },
    })
    expect(await renewals()).toBe(0)
    tick(29_500)
    expect([(await get(1, dead.id)).id === dead.id, await renewals()]).toEqual([false, 1])
  })

  it('is told by the route as by the function', async () => {
    const { processes, dead } = await openRejected()
    const [deps = fail()] = processes
    const handler = createHandler(async () => deps)
    const ask = (rejected: string) => requestOf({ queryStringParameters: { app: 'official', rejected } })
    const renewed = await handler(ask(dead.id), context)
    const { id } = JSON.parse(renewed.body ?? '')
    expect([renewed.statusCode, id === dead.id]).toEqual([200, false])
    const refused = await handler(ask(id), context)
    expect([refused.statusCode, refused.headers?.['retry-after']]).toEqual([429, '120'])
    expect(JSON.parse(refused.body ?? '')).toMatchObject({ code: 'token-fresh', status: 429 })
  })
})

// The list of errors named the login alone.
it.each([
  [45009, { code: 'wechat-busy', status: 429 }],
  [-1, { code: 'wechat-unavailable', status: 502 }],
])('an app without a token, while WeChat answers %i, is told of as at a login', async (errcode, told) => {
  const { get, control, now } = await openShare()
  await control('/faults', { path: '/cgi-bin/stable_token', kind: 'errcode', errcode, times: 100 })
  const error = await get('mini').catch(it => it)
  expect(requestErrorOf(error, now())).toMatchObject(told)
  // The trouble of one box is none of the other's.
  expect(await get('shop')).toMatchObject({ expiresIn: 7200 })
})

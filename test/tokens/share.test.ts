import { describe, expect, it } from 'vitest'

import { requestErrorOf } from '../../lib/problem.ts'
import { getToken } from '../../lib/tokens/share.ts'
import { openSecondPair } from '../second-pair.ts'
import { openWorld } from '../world.ts'

async function openShare() {
  const world = await openWorld()
  const second = await openSecondPair(world)
  const apps = [world.app('official'), second.brand, world.app('mini'), second.shop]
  return { ...world, second, apps, get: (app?: string) => getToken({ app }, { apps, now: world.now }) }
}

describe('getToken', () => {
  it('hands out each app’s present token with what it has to live, without a call of its own', async () => {
    const { apps, get, calls, second, tick } = await openShare()
    const present = await Promise.all(apps.map(it => it.accessTokens.get()))
    const told = await Promise.all(apps.map(it => get(it.app.name)))
    expect(told).toEqual(present.map(accessToken => ({ accessToken, expiresIn: 7200 })))
    expect(new Set(present).size).toBe(4)
    tick(3_600_000)
    expect(await get('brand')).toEqual({ accessToken: present[1], expiresIn: 3600 })
    expect([await calls('/cgi-bin/stable_token'), await second.calls('/cgi-bin/stable_token')]).toEqual([2, 2])
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

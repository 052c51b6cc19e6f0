import { describe, expect, it } from 'vitest'

import { requestErrorOf } from '../../lib/problem.ts'
import { getToken, parseApp } from '../../lib/tokens/share.ts'
import { openWorld } from '../world.ts'

describe('getToken', () => {
  it('hands out each app’s present token with what it has to live, without a call of its own', async () => {
    const { app, calls, tick, now, log } = await openWorld()
    const sources = { official: app('official').accessTokens, mini: app('mini').accessTokens }
    const official = await getToken('official', { sources, now, log })
    expect(official).toEqual({ accessToken: await sources.official.get(), expiresIn: 7200 })
    expect((await getToken('mini', { sources, now, log })).accessToken).not.toBe(official.accessToken)
    tick(3_600_000)
    expect(await getToken('official', { sources, now, log })).toEqual({ ...official, expiresIn: 3600 })
    expect(await calls('/cgi-bin/stable_token')).toBe(2)
  })

  it('says in the log that it did, and not what', async () => {
    const { app, lines, now, log } = await openWorld()
    const { accessToken } = await getToken('mini', {
      sources: { official: app('official').accessTokens, mini: app('mini').accessTokens },
      now,
      log,
    })
    expect(lines.map(it => it.event)).toContain('token.shared')
    expect(JSON.stringify(lines)).not.toContain(accessToken)
  })
})

// The list of errors named the login alone.
it.each([
  [45009, { code: 'wechat-busy', status: 429 }],
  [-1, { code: 'wechat-unavailable', status: 502 }],
])('an app without a token, while WeChat answers %i, is told of as at a login', async (errcode, told) => {
  const { app, control, now, log } = await openWorld()
  await control('/faults', { path: '/cgi-bin/stable_token', kind: 'errcode', errcode, times: 100 })
  const sources = { official: app('official').accessTokens, mini: app('mini').accessTokens }
  const error = await getToken('mini', { sources, now, log }).catch(it => it)
  expect(requestErrorOf(error, now())).toMatchObject(told)
})

describe('parseApp', () => {
  it.each([{}, { app: '' }, { app: 'both' }, { appid: 'official' }])('refuses %o', query => {
    expect(() => parseApp(query)).toThrow(expect.objectContaining({ code: 'app-invalid', status: 400 }))
  })
})

import { describe, expect, test } from 'vitest'
import { defaultAccounts } from '../../../local/wechat/defaults.ts'
import { openTestBox } from './open-test-box.ts'

const hour = 3_600_000
const PATH = '/cgi-bin/user/get'
const { appid, appsecret } = defaultAccounts.official

async function openCounting() {
  const box = await openTestBox()
  let token = await box.token()
  const post = async (path: string, body: object) => (await box.post(`${path}?access_token=${token}`, body)).json
  return {
    box,
    post,
    renew: async () => {
      token = await box.token()
    },
    call: async () => (await box.get(`${PATH}?access_token=${token}`)).json,
    usage: (path = PATH) => post('/cgi-bin/openapi/quota/get', { cgi_path: path }),
    clear: (body: object = { appid }) => post('/cgi-bin/clear_quota', body),
  }
}

describe('limits', () => {
  test('a day ends at midnight in Shanghai', async () => {
    const { box, call, renew } = await openCounting()
    await box.control('/quota', { app: 'official', path: PATH, used: 499 })
    expect(await call()).not.toHaveProperty('errcode')
    expect(await call()).toMatchObject({
      errcode: 45009,
      errmsg: expect.stringMatching(/^reach max api daily quota limit/),
    })
    box.tick(12 * hour - 1)
    await renew()
    expect(await call()).toMatchObject({ errcode: 45009 })
    box.tick(1)
    expect(await call()).not.toHaveProperty('errcode')
  })

  test('a minute ends with the minute of the clock', async () => {
    const { box, call } = await openCounting()
    await box.control('/quota', { app: 'official', path: PATH, minute: 1 })
    box.tick(59_000)
    await call()
    expect(await call()).toMatchObject({ errcode: 45011 })
    box.tick(1000)
    expect(await call()).not.toHaveProperty('errcode')
  })

  test('token calls and logins count per app', async () => {
    const { box } = await openCounting()
    await box.control('/quota', { app: 'official', path: '/cgi-bin/token', used: 2000 })
    expect((await box.get(box.tokenPath('official'))).json).toMatchObject({ errcode: 45009 })
    expect((await box.get(box.tokenPath('mini'))).json).not.toHaveProperty('errcode')
    await box.control('/quota', { app: 'mini', path: '/sns/jscode2session', day: 0 })
    const { mini } = defaultAccounts
    const login = { appid: mini.appid, secret: mini.appsecret, js_code: 'x', grant_type: 'authorization_code' }
    const { json } = await box.get(`/sns/jscode2session?${new URLSearchParams(login)}`)
    expect(json).toMatchObject({ errcode: 45009, errmsg: expect.stringMatching(/[^,] rid: /) })
  })
})

describe('quota/get', () => {
  test('tells limit, use and rest', async () => {
    const { call, usage } = await openCounting()
    await call()
    const quota = { daily_limit: 500, used: 1, remain: 499 }
    expect(await usage()).toEqual({ errcode: 0, errmsg: 'ok', quota })
    expect(await usage('/cgi-bin/message/template/send')).toMatchObject({ quota: { daily_limit: 100_000, used: 0 } })
    const rate = { call_count: 10_000, refresh_second: 60 }
    expect(await usage('/cgi-bin/stable_token')).toMatchObject({ rate_limit: rate, component_rate_limit: rate })
  })

  test.each([
    ['cgi-bin/user/get', 76021],
    ['/cgi-bin/nothing', 76021],
    ['/sns/jscode2session', 76022],
    ['/wxa/checksession', 76022],
  ])('does not know %s: %i', async (path, errcode) => {
    const { usage } = await openCounting()
    expect(await usage(path)).toMatchObject({ errcode })
  })
})

describe('clearing', () => {
  test('is allowed ten times a month, with and without token together', async () => {
    const { box, clear, call, renew } = await openCounting()
    const bySecret = async () => (await box.post('/cgi-bin/clear_quota/v2', { appid, appsecret })).json
    await box.control('/quota', { app: 'official', path: PATH, used: 500 })
    for (let round = 0; round < 5; round += 1) {
      expect([await clear(), await bySecret()]).toEqual([
        { errcode: 0, errmsg: 'ok' },
        { errcode: 0, errmsg: 'ok' },
      ])
    }
    expect(await call()).not.toHaveProperty('errcode')
    expect(await clear()).toMatchObject({ errcode: 48006 })
    expect(await bySecret()).toMatchObject({ errcode: 48006 })
    box.tick(10 * 24 * hour)
    await renew()
    expect(await clear()).toMatchObject({ errcode: 0 })
  })

  test('names the right app', async () => {
    const { box, clear } = await openCounting()
    expect(await clear({ appid: defaultAccounts.mini.appid })).toMatchObject({ errcode: 40013 })
    expect((await box.post('/cgi-bin/clear_quota/v2', {})).json).toMatchObject({ errcode: 41002 })
    expect((await box.post(`/cgi-bin/clear_quota/v2?appid=${appid}&appsecret=${appsecret}`, '')).json).toMatchObject({
      errcode: 0,
    })
  })

  test('clears one path fifty times', async () => {
    const { box, call, post } = await openCounting()
    const clearPath = () => post('/cgi-bin/openapi/quota/clear', { cgi_path: PATH })
    await box.control('/quota', { app: 'official', path: PATH, used: 500 })
    expect(await clearPath()).toEqual({ errcode: 0, errmsg: 'ok' })
    expect(await call()).not.toHaveProperty('errcode')
    for (let round = 1; round < 50; round += 1) await clearPath()
    expect(await clearPath()).toMatchObject({ errcode: 48006 })
  })
})

test('rid/get tells about a refused call of the same account', async () => {
  const { box, post } = await openCounting()
  const refused = await post('/cgi-bin/message/template/send', { touser: 'x' })
  const rid = /rid: (\S+)"/.exec(JSON.stringify(refused))?.[1] ?? ''
  const about = await post('/cgi-bin/openapi/rid/get', { rid })
  expect(about).toMatchObject({
    errcode: 0,
    request: {
      request_url: expect.stringMatching(/^access_token=/),
      request_body: '{"touser":"x"}',
      response_body: JSON.stringify(refused),
      client_ip: '127.0.0.1',
    },
  })
  const asMini = await box.post(`/cgi-bin/openapi/rid/get?access_token=${await box.token('mini')}`, { rid })
  expect(asMini.json).toMatchObject({ errcode: 76003 })
  expect(await post('/cgi-bin/openapi/rid/get', { rid: 'x' })).toMatchObject({ errcode: 76002 })
  expect(await post('/cgi-bin/openapi/rid/get', { rid: '00000000-00000000-00000000' })).toMatchObject({
    errcode: 76001,
  })
  expect(await post('/cgi-bin/openapi/rid/get', { rid: 'ffffffff-00000000-00000000' })).toMatchObject({
    errcode: 76004,
  })
})

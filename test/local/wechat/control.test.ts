import { describe, expect } from 'vitest'
import { defaultAccounts } from '../../../local/wechat/defaults.ts'
import { goodData, noon, openTestBox, template, test } from './open-test-box.ts'

describe('people', () => {
  test('have three ids that lead back to them', async ({ box }) => {
    const created = await box.control('/people', { name: '小明', following: true })
    const about = {
      id: 0,
      name: '小明',
      following: true,
      subscribeTime: noon / 1000,
      blocking: 'none',
      highRisk: false,
    }
    expect(created).toMatchObject(about)
    const { openid, miniOpenid, unionid } = await box.person({ unionid: false })
    expect(unionid).toBe('')
    for (const query of [`openid=${openid}`, `miniOpenid=${miniOpenid}`]) {
      expect(await box.control(`/people?${query}`)).toMatchObject({ id: 1, following: false })
    }
    expect(await box.control('/people/1/bind', {})).toMatchObject({ unionid: expect.stringMatching(/^o.{27}$/) })
  })

  test('come in millions at once', async ({ box }) => {
    expect(await box.control('/people', { count: 5_000_000, following: true, unionid: false })).toEqual({
      first: 0,
      count: 5_000_000,
    })
    expect(await box.control('/people/change', { first: 1, count: 4_999_999, following: false })).toMatchObject({
      first: 1,
    })
    expect(await box.control('')).toMatchObject({ people: 5_000_000, followers: 1 })
    expect(await box.control('/people/4999999')).not.toHaveProperty('unionid')
  })
})

test('who follows twice or leaves twice counts once', async ({ box }) => {
  const { id } = await box.person()
  await box.person({ following: true })
  for (const [act, followers] of [
    ['follow', 2],
    ['follow', 2],
    ['unfollow', 1],
    ['unfollow', 1],
  ]) {
    await box.control(`/people/${id}/${act}`, {})
    expect(await box.control('')).toMatchObject({ followers })
  }
})

describe('wrong input is named', () => {
  test.each([
    ['/people', { count: 0 }, 400, '"count" must be a whole number from 1 to'],
    ['/people', { count: 1e9 }, 400, '"count" must be'],
    ['/people', { following: 'yes' }, 400, '"following" must be true or false'],
    ['/people', 'x', 400, 'the body is not a JSON object or list'],
    ['/people/7/follow', {}, 404, 'nobody here has the number "7"'],
    ['/people/x/follow', {}, 404, 'nobody here has the number "x"'],
    ['/nothing', {}, 404, 'the control API has no /nothing'],
    ['/phones', {}, 405, 'POST is not known here; GET is'],
    ['/quota', { path: '/x' }, 400, '"app" must be given'],
    ['/allow-list', { app: 'mini', addresses: ['x'] }, 400, '"x" is neither'],
    ['/callback', { url: 'ftp://x' }, 400, '"url" must be an http or https address'],
    ['/callback', { aesKey: 'short' }, 400, '"aesKey" must be 43'],
    ['/callback', { mode: 'odd' }, 400, '"mode" must be one of plain, compatible, secure'],
    ['/callback', { markFailAfter: 0 }, 400, '"markFailAfter" must be a whole number from 1'],
    ['/callback/verify', {}, 409, 'no callback URL is set'],
    ['/templates', { add: [{ templateId: 'short' }] }, 400, '"templateId" must have 43 characters'],
    ['/faults', { path: '/x', kind: 'odd' }, 400, '"kind" must be one of reset-before'],
    ['/faults', [1], 400, 'each fault must be an object'],
    ['/clock', { set: -1 }, 400, '"set" must be'],
  ])('%s %j', async (path, body, status, error) => {
    const box = await openTestBox()
    const answer = await box.post(`/_box${path}`, body)
    expect(answer).toMatchObject({ status, json: { error: expect.stringContaining(error) } })
  })

  test('pages of other origins are turned away', async ({ box }) => {
    const from = (origin: string) => box.get('/_box', { headers: { origin } })
    expect((await from('https://evil.example')).status).toBe(403)
    expect((await from(box.box.url)).status).toBe(200)
  })
})

test('the clock moves and stands', async ({ box }) => {
  expect(await box.control('/clock', { advance: 1000 })).toMatchObject({ now: noon + 1000 })
  box.tick(500)
  expect(await box.control('/clock')).toMatchObject({ now: noon + 1500 })
  expect(await box.control('/clock', { set: 0 })).toEqual({ now: 0, iso: '1970-01-01T00:00:00.000Z' })
})

test('a reset forgets everything but the settings', async ({ box }) => {
  const before = await box.token()
  await box.person({ following: true })
  await box.control('/clock', { advance: 1000 })
  await box.control('/reset', {})
  const { official, mini } = defaultAccounts
  expect(await box.control('')).toMatchObject({
    now: noon,
    apps: { official: official.appid, mini: mini.appid },
    people: 0,
    messages: 0,
    templates: [{ templateId: template.templateId }],
  })
  expect((await box.get(`/cgi-bin/user/get?access_token=${before}`)).json).toMatchObject({ errcode: 40001 })
})

test('the latest phones are listed with their messages', async ({ box }) => {
  const { openid } = await box.person({ name: '小明', following: true })
  const body = { touser: openid, template_id: template.templateId, data: goodData }
  await box.post(`/cgi-bin/message/template/send?access_token=${await box.token()}`, body)
  const lines = [
    { label: '订单编号', value: '20261122-0001' },
    { label: '支付金额', value: '¥88.00' },
    { label: '支付时间', value: '2026-11-22 09:30' },
  ]
  expect(await box.control('/phones')).toMatchObject([{ name: '小明', messages: [{ title: template.title, lines }] }])
})

test('messages are paged', async ({ box }) => {
  const { openid } = await box.person({ following: true })
  const path = `/cgi-bin/message/template/send?access_token=${await box.token()}`
  for (const id of ['a', 'b', 'c']) {
    await box.post(path, { touser: openid, template_id: template.templateId, data: goodData, client_msg_id: id })
  }
  expect(await box.control('/messages?after=1&limit=1')).toMatchObject([{ clientMsgId: 'b' }])
  expect((await box.get('/_box/messages?after=x')).status).toBe(400)
})

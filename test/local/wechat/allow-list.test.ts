import { describe, expect } from 'vitest'
import { createAllowList, problemOfEntry } from '../../../local/wechat/allow-list.ts'
import { defaultAccounts } from '../../../local/wechat/defaults.ts'
import { test } from './open-test-box.ts'

const REFUSED = 'invalid ip 127.0.0.1 ipv6 ::ffff:127.0.0.1, not in whitelist'

describe('entries', () => {
  test.each([
    ['203.0.113.9', '203.0.113.9', '203.0.113.10'],
    ['203.0.113.0/29', '203.0.113.7', '203.0.113.8'],
    ['203.0.113.*', '203.0.113.255', '203.0.114.0'],
    ['2001:db8::/32', '2001:db8::1', '2001:db9::1'],
  ])('%s admits %s and not %s', (entry, inside, outside) => {
    const list = createAllowList({ businessCalls: false })
    expect(problemOfEntry(entry, true)).toBeUndefined()
    list.set([entry])
    expect([list.admits(inside), list.admits(outside)]).toEqual([true, false])
  })

  test.each(['203.0.113', '203.0.113.0/33', 'example.com', '203.0.*', '1.2.3.4/', '', '300.1.1.*'])(
    '%j is none',
    entry => {
      expect(problemOfEntry(entry, true)).toContain('neither')
    },
  )

  test('the Official Account has no wildcard', async ({ box }) => {
    const { status } = await box.post('/_box/allow-list', { app: 'official', addresses: ['203.0.113.*'] })
    expect(status).toBe(400)
  })
})

test("once the Official Account's list is on, it checks all calls, or by a switch those for a token alone", async ({
  box,
}) => {
  const token = await box.token()
  await box.control('/allow-list', { app: 'official', addresses: ['203.0.113.9'] })
  const refused = { errcode: 40164, errmsg: expect.stringMatching(new RegExp(`^${REFUSED} rid: `)) }
  expect((await box.get(box.tokenPath('official'))).json).toEqual(refused)
  expect(await box.stable()).toEqual(refused)
  const use = async () => (await box.get(`/cgi-bin/user/get?access_token=${token}`)).json
  expect(await use()).toEqual(refused)
  await box.control('/allow-list', { app: 'official', businessCalls: false })
  expect(await use()).not.toHaveProperty('errcode')
  await box.control('/allow-list', { app: 'official', businessCalls: true })
  expect(await use()).toEqual(refused)
  await box.control('/allow-list', { app: 'official', addresses: ['127.0.0.0/8'] })
  expect(await use()).not.toHaveProperty('errcode')
  await box.control('/allow-list', { app: 'official', addresses: null })
  expect((await box.get(box.tokenPath('official'))).json).not.toHaveProperty('errcode')
})

test("logins are checked by the mini program's own list", async ({ box }) => {
  const { appid, appsecret: secret } = defaultAccounts.mini
  const query = new URLSearchParams({ appid, secret, js_code: 'x', grant_type: 'authorization_code' })
  const login = async () => (await box.get(`/sns/jscode2session?${query}`)).json
  await box.control('/allow-list', { app: 'official', addresses: [] })
  expect(await login()).toMatchObject({ errcode: 40029 })
  await box.control('/allow-list', { app: 'mini', addresses: [] })
  expect(await login()).toEqual({ errcode: 40164, errmsg: expect.stringMatching(new RegExp(`^${REFUSED}, rid: `)) })
})

test("the mini program's list lets calls with an access token pass, but by a switch", async ({ box }) => {
  const token = await box.token('mini')
  await box.control('/allow-list', { app: 'mini', addresses: ['203.0.113.9'] })
  const ask = { cgi_path: '/wxa/media_check_async' }
  const use = async () => (await box.post(`/cgi-bin/openapi/quota/get?access_token=${token}`, ask)).json
  expect(await use()).toMatchObject({ errcode: 0 })
  await box.control('/allow-list', { app: 'mini', businessCalls: true })
  expect(await use()).toMatchObject({ errcode: 40164 })
})

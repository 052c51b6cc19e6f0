import { createHmac } from 'node:crypto'
import { expect } from 'vitest'
import { defaultAccounts } from '../../../local/wechat/defaults.ts'
import { textField } from '../../../local/wechat/json.ts'
import { openTestBox, type TestBox, test } from './open-test-box.ts'

const { appid, appsecret } = defaultAccounts.mini

const exchange = async (box: TestBox, code: string, app = { appid, secret: appsecret }) =>
  (
    await box.get(
      `/sns/jscode2session?${new URLSearchParams({ ...app, js_code: code, grant_type: 'authorization_code' })}`,
    )
  ).json

const codeOf = async (box: TestBox, id: number) => textField(await box.control(`/people/${id}/login`, {}), 'code')

test('a code opens one session', async ({ box }) => {
  const { id, miniOpenid, unionid } = await box.person()
  const code = await codeOf(box, id)
  const session = await exchange(box, code)
  expect(session).toEqual({ session_key: expect.stringMatching(/^.{22}==$/), openid: miniOpenid, unionid })
  expect(await exchange(box, code)).toMatchObject({
    errcode: 40163,
    errmsg: expect.stringMatching(/^code been used, rid: /),
  })
})

test('a code lives five minutes', async ({ box }) => {
  const { id } = await box.person({ unionid: false })
  const [first, second] = [await codeOf(box, id), await codeOf(box, id)]
  box.tick(299_999)
  expect(await exchange(box, first)).not.toHaveProperty('unionid')
  box.tick(1)
  expect(await exchange(box, second)).toMatchObject({ errcode: 40029 })
})

test.each([
  [{ appid: '', secret: appsecret }, 41002],
  [{ appid, secret: '' }, 41004],
  [{ appid: `"${appid}"`, secret: appsecret }, 40013],
  [{ appid, secret: 'x' }, 40125],
  [{ appid: defaultAccounts.official.appid, secret: defaultAccounts.official.appsecret }, 40029],
])('%j is refused with %i', async (app, errcode) => {
  const box = await openTestBox()
  const { id } = await box.person()
  expect(await exchange(box, await codeOf(box, id), app)).toMatchObject({ errcode })
})

test('no code, and a person at high risk', async ({ box }) => {
  const { id } = await box.person()
  expect(await exchange(box, '')).toMatchObject({ errcode: 41008 })
  await box.control(`/people/${id}/risk`, {})
  expect(await exchange(box, await codeOf(box, id))).toMatchObject({ errcode: 40226 })
})

test('checksession knows the latest session_key and no older one', async ({ box }) => {
  const { id, miniOpenid, openid } = await box.person()
  const token = await box.token('mini')
  const check = async (key: string, change = {}) => {
    const signature = createHmac('sha256', key).digest('hex')
    const query = { access_token: token, openid: miniOpenid, signature, sig_method: 'hmac_sha256', ...change }
    return (await box.get(`/wxa/checksession?${new URLSearchParams(query)}`)).json
  }
  expect(await check('')).toMatchObject({ errcode: 87007 })
  const old = textField(await exchange(box, await codeOf(box, id)), 'session_key')
  expect(await check(old)).toEqual({ errcode: 0, errmsg: 'ok' })
  const fresh = textField(await exchange(box, await codeOf(box, id)), 'session_key')
  expect(await check(fresh)).toEqual({ errcode: 0, errmsg: 'ok' })
  expect(await check(old)).toMatchObject({ errcode: 87009 })
  expect(await check(fresh, { sig_method: 'md5' })).toMatchObject({ errcode: 87008 })
  expect(await check(fresh, { openid })).toMatchObject({ errcode: 40003 })
  expect(await check(fresh, { openid: '' })).toMatchObject({ errcode: 41009 })
})

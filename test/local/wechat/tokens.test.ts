import { describe, expect } from 'vitest'
import { defaultAccounts } from '../../../local/wechat/defaults.ts'
import { field, textField } from '../../../local/wechat/json.ts'
import { openTestBox, type TestBox, test } from './open-test-box.ts'

const minute = 60_000

/** The errcode of a cheap business call, 0 for success. */
async function use(box: TestBox, token: string) {
  const { json } = await box.get(`/cgi-bin/user/get?access_token=${token}`)
  return field(json, 'errcode') ?? 0
}

describe('GET token', () => {
  test('gives a long token that opens with a number', async ({ box }) => {
    const { json } = await box.get(box.tokenPath('official'))
    expect(json).toEqual({ access_token: expect.stringMatching(/^\d+_[A-Za-z0-9_-]{120,150}$/), expires_in: 7200 })
  })

  test('leaves the token before it five minutes', async ({ box }) => {
    const old = await box.token()
    const fresh = await box.token()
    expect(fresh).not.toBe(old)
    box.tick(5 * minute - 1)
    expect(await use(box, old)).toBe(0)
    box.tick(1)
    expect(await use(box, old)).toBe(40001)
    expect(await use(box, fresh)).toBe(0)
  })

  test('tokens expire after two hours', async ({ box }) => {
    const token = await box.token()
    box.tick(120 * minute - 1)
    expect(await use(box, token)).toBe(0)
    box.tick(1)
    expect(await use(box, token)).toBe(42001)
  })

  test.each([
    ['', 41002],
    ['?appid=wx0ff1c1a1acc0a001', 41004],
    ['?appid=wx0ff1c1a1acc0a001&secret=0ff1c1a10ff1c1a10ff1c1a10ff1c1a1', 40002],
    ['?grant_type=client_credential&appid=wx1111111111111111&secret=x', 40013],
    ['?appid=wx1111111111111111&secret=x', 40013],
    ['?grant_type=client_credential&appid=wx0ff1c1a1acc0a001&secret=x', 40125],
  ])('refuses %j with %i', async (query, errcode) => {
    const box = await openTestBox()
    expect((await box.get(`/cgi-bin/token${query}`)).json).toMatchObject({ errcode })
  })
})

describe('POST stable_token', () => {
  test('gives the same token with its remaining life, and a new one in the last five minutes', async ({ box }) => {
    const first = await box.stable()
    box.tick(115 * minute - 1000)
    expect(await box.stable()).toEqual({ access_token: textField(first, 'access_token'), expires_in: 301 })
    box.tick(1000)
    const second = await box.stable()
    expect(second).toMatchObject({ expires_in: 7200 })
    expect(textField(second, 'access_token')).not.toBe(textField(first, 'access_token'))
    expect(await use(box, textField(first, 'access_token'))).toBe(0)
    box.tick(5 * minute)
    expect(await use(box, textField(first, 'access_token'))).toBe(42001)
    expect(await use(box, textField(second, 'access_token'))).toBe(0)
  })

  test('a forced call ends the token before it at once, but only 30 s after the one before', async ({ box }) => {
    const first = await box.stable()
    const forced = await box.stable('official', true)
    expect(await use(box, textField(first, 'access_token'))).toBe(40001)
    box.tick(29_999)
    expect(await box.stable('official', true)).toMatchObject({ access_token: textField(forced, 'access_token') })
    box.tick(1)
    expect(await box.stable('official', true)).not.toMatchObject({ access_token: textField(forced, 'access_token') })
  })

  test('can be forced twenty times a day', async ({ box }) => {
    const tokens = new Set<string>()
    for (let round = 0; round < 22; round += 1) {
      tokens.add(textField(await box.stable('official', true), 'access_token'))
      box.tick(30_000)
    }
    expect(tokens.size).toBe(20)
    box.tick(12 * 60 * minute)
    expect(tokens.has(textField(await box.stable('official', true), 'access_token'))).toBe(false)
  })

  test('and GET token never end each other', async ({ box }) => {
    const stable = textField(await box.stable(), 'access_token')
    const plain = await box.token()
    await box.token()
    await box.stable('official', true)
    box.tick(1)
    expect(await use(box, plain)).toBe(0)
    expect(await use(box, stable)).toBe(40001)
    const next = textField(await box.stable(), 'access_token')
    await box.token()
    box.tick(6 * minute)
    expect(await use(box, next)).toBe(0)
  })

  test('looks for the appid before it looks at grant_type', async ({ box }) => {
    const { appsecret: secret } = defaultAccounts.official
    const ask = async (body: object) => (await box.post('/cgi-bin/stable_token', { secret, ...body })).json
    expect(await ask({ appid: 'wx1111111111111111' })).toMatchObject({ errcode: 40013 })
    expect(await ask({ appid: defaultAccounts.official.appid })).toMatchObject({ errcode: 40002 })
  })

  test('reads a form body as if every field was absent', async ({ box }) => {
    const { appid, appsecret } = defaultAccounts.official
    const body = `grant_type=client_credential&appid=${appid}&secret=${appsecret}`
    expect((await box.post('/cgi-bin/stable_token', body)).json).toMatchObject({ errcode: 41002 })
  })
})

describe('a business call', () => {
  test.each([
    ['', 41001],
    ['?access_token=', 41001],
    ['?access_token=x', 40001],
    ['?access_token=Bearer%20x', 40014],
  ])('with %j is refused with %i', async (query, errcode) => {
    const box = await openTestBox()
    expect((await box.get(`/cgi-bin/user/get${query}`)).json).toMatchObject({ errcode })
  })

  test("refuses the mini program's token with 48001", async ({ box }) => {
    expect(await use(box, await box.token('mini'))).toBe(48001)
  })

  test('finds every token dead after another system fetched one', async ({ box }) => {
    const plain = await box.token()
    const stable = textField(await box.stable(), 'access_token')
    await box.control('/tokens/revoke', { app: 'official' })
    expect([await use(box, plain), await use(box, stable)]).toEqual([40001, 40001])
    expect(await use(box, textField(await box.stable(), 'access_token'))).toBe(0)
    await box.control('/tokens/revoke', { app: 'official', keepStable: true })
    expect(await use(box, textField(await box.stable(), 'access_token'))).toBe(40001)
    expect(await use(box, textField(await box.stable('official', true), 'access_token'))).toBe(0)
  })
})

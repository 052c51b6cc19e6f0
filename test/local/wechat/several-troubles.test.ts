import { describe, expect, test } from 'vitest'
import { field } from '../../../local/wechat/json.ts'
import { sign } from '../../../local/wechat/signature.ts'
import { decryptPush } from './decrypt-push.ts'
import { openReceiver } from './receiver.ts'
import { messageTo, openSeveral, SEND, type SeveralApps, someone } from './several-apps.ts'

describe('the trouble of one app is not that of another', () => {
  const errcodeOf = async (box: SeveralApps, app: string, token?: string) =>
    field(await box.ask(app, '/cgi-bin/user/get', undefined, token), 'errcode')

  test.each([
    ['a quota', '/quota', { path: '/cgi-bin/user/get', day: 0 }, 45009],
    ['a fault', '/faults', { path: '/cgi-bin/user/get', kind: 'errcode', errcode: 48001, times: 9 }, 48001],
  ])('%s', async (_, path, trouble, errcode) => {
    const box = await openSeveral()
    await box.control(path, { app: 'brand', ...trouble })
    expect([await errcodeOf(box, 'official'), await errcodeOf(box, 'brand')]).toEqual([undefined, errcode])
  })

  test('a call that hangs', async () => {
    const box = await openSeveral()
    const [mine, other] = [await box.tokenOf('brand'), await box.tokenOf('official')]
    await box.control('/faults', { app: 'brand', path: '/cgi-bin/user/get', kind: 'hang' })
    expect(await errcodeOf(box, 'official', other)).toBeUndefined()
    const init = { signal: AbortSignal.timeout(80) }
    await expect(box.get(`/cgi-bin/user/get?access_token=${mine}`, init)).rejects.toThrow('timeout')
  })

  test('an allow-list', async () => {
    const box = await openSeveral()
    const token = await box.tokenOf('brand')
    await box.control('/allow-list', { app: 'brand', addresses: ['203.0.113.7'] })
    expect(await box.askToken('brand')).toMatchObject({ errcode: 40164 })
    expect([await errcodeOf(box, 'official'), await errcodeOf(box, 'brand', token)]).toEqual([undefined, 40164])
  })

  test('tokens that die', async () => {
    const box = await openSeveral()
    const tokens = { official: await box.tokenOf('official'), brand: await box.tokenOf('brand') }
    await box.control('/tokens/revoke', { app: 'brand' })
    expect(await box.ask('brand', '/cgi-bin/user/get', undefined, tokens.brand)).toMatchObject({ errcode: 40001 })
    expect(await box.ask('official', '/cgi-bin/user/get', undefined, tokens.official)).toMatchObject({ total: 0 })
  })

  test('an AppSecret that is reset: the old one ends at once, and tokens live on', async () => {
    const box = await openSeveral()
    const [old, token] = [box.withSecret('brand'), await box.tokenOf('brand')]
    expect(await box.control('/appsecret/reset', { app: 'brand' })).toMatchObject({
      app: 'brand',
      appsecret: box.identity('brand').appsecret,
    })
    expect(await box.askToken('brand', old)).toMatchObject({ errcode: 40125 })
    expect(await box.askToken('brand')).toHaveProperty('access_token')
    expect(await box.askToken('official')).toHaveProperty('access_token')
    expect(await box.ask('brand', '/cgi-bin/user/get', undefined, token)).toMatchObject({ total: 0 })
    const given = 'f'.repeat(32)
    await box.control('/appsecret/reset', { app: 'brand', appsecret: given })
    expect(box.identity('brand').appsecret).toBe(given)
  })

  test('a fault of a token call finds its app by the appid, in the query and in the body', async () => {
    const box = await openSeveral()
    const fault = { app: 'brand', path: '*', kind: 'status', times: 2 }
    await box.control('/faults', fault)
    const stable = async (name: string) =>
      (await box.post('/cgi-bin/stable_token', { grant_type: 'client_credential', ...box.withSecret(name) })).status
    expect([await stable('official'), await stable('brand')]).toEqual([200, 502])
    expect([await box.askToken('official'), await box.askToken('brand')]).toEqual([
      expect.objectContaining({ expires_in: 7200 }),
      undefined,
    ])
  })

  test('calls are counted for the app that made them', async () => {
    const box = await openSeveral()
    for (const app of ['official', 'brand', 'brand']) await errcodeOf(box, app)
    expect(field(await box.control('/calls'), 'counts')).toMatchObject({
      official: { '/cgi-bin/user/get': 1 },
      brand: { '/cgi-bin/user/get': 2 },
      alone: {},
    })
  })
})

describe('the message push of each app', () => {
  test('goes to its own URL with its own keys, and bears its own names', async () => {
    const box = await openSeveral()
    const receivers = { official: await openReceiver(), brand: await openReceiver() }
    for (const app of ['official', 'brand'] as const) await box.control('/callback', { app, url: receivers[app].url })
    const { id, openid } = await someone(box)
    await box.control(`/people/${id}/follow`, { app: 'brand' })
    await receivers.brand.until(1)
    const { callback, appid, originalId } = box.identity('brand')
    const { body = '', query = new URLSearchParams() } = receivers.brand.received[0] ?? {}
    const sealed = /<Encrypt><!\[CDATA\[(.*)\]\]><\/Encrypt>/.exec(body)?.[1] ?? ''
    const pushed = decryptPush(sealed, callback.aesKey)
    expect(pushed.appid).toBe(appid)
    expect(pushed.message).toContain(`<ToUserName><![CDATA[${originalId}]]></ToUserName>`)
    expect(pushed.message).toContain(`<FromUserName><![CDATA[${openid('brand')}]]></FromUserName>`)
    const stamp = [query.get('timestamp') ?? '', query.get('nonce') ?? '']
    expect(query.get('msg_signature')).toBe(sign(callback.token, ...stamp, sealed))
    expect(callback.token).not.toBe(box.identity('official').callback.token)
    expect(receivers.official.received).toEqual([])
    await box.control(`/people/${id}/follow`, {})
    await receivers.official.until(1)
    expect(receivers.brand.received).toHaveLength(1)
  })

  test('has the receipt of a message that this account sent', async () => {
    const box = await openSeveral()
    const [mine, other] = [await openReceiver(), await openReceiver()]
    await box.control('/callback', { app: 'brand', url: mine.url, mode: 'plain' })
    await box.control('/callback', { url: other.url, mode: 'plain' })
    const { openid } = await someone(box, { following: ['brand'] })
    await box.ask('brand', SEND, messageTo('brand', openid('brand')))
    await mine.until(1)
    expect(mine.received[0]?.body).toContain('TEMPLATESENDJOBFINISH')
    expect(mine.received[0]?.query.get('openid')).toBe(openid('brand'))
    expect(other.received).toEqual([])
  })

  test('is held, released, verified and marked for itself', async () => {
    const box = await openSeveral()
    const echo = await openReceiver(({ query }) => query.get('echostr') ?? '')
    await box.control('/callback', { app: 'brand', url: echo.url, hold: true })
    expect(await box.control('/callback/verify', { app: 'brand' })).toMatchObject({ verified: true })
    const { id } = await someone(box)
    await box.control('/callback/send', { app: 'brand', person: id, event: 'SCAN' })
    await box.control('/callback/send', { person: id, event: 'SCAN' })
    expect(await box.control('/callback/release', { app: 'brand' })).toEqual({ released: 1, held: 0 })
    await box.control('/callback/mark-fail', { app: 'brand' })
    expect(await box.control('')).toMatchObject({ callback: { holding: false, markedUntil: null } })
  })
})

import * as v from 'valibot'
import { describe, expect, test, vi } from 'vitest'
import { field } from '../../../local/wechat/json.ts'
import { sign } from '../../../local/wechat/signature.ts'
import { patience } from '../../patience.ts'
import { decryptPush } from './decrypt-push.ts'
import { goodData } from './open-test-box.ts'
import { openReceiver } from './receiver.ts'
import { type Account, openSeveral, type SeveralApps, templateOf } from './several-apps.ts'

const SEND = '/cgi-bin/message/template/send'

const personAnswer = v.object({
  id: v.number(),
  apps: v.record(
    v.string(),
    v.object({ openid: v.string(), unionid: v.optional(v.string()), following: v.optional(v.boolean()) }),
  ),
})

async function someone(box: SeveralApps, more: object = {}) {
  const { id, apps } = v.parse(personAnswer, await box.control('/people', more))
  return { id, openid: (app: string) => apps[app]?.openid ?? '', unionid: (app: string) => apps[app]?.unionid, apps }
}

/** A message that is right for this account, but for `change`. */
const messageTo = (account: Account, touser: string, change: object = {}) => ({
  touser,
  template_id: templateOf(account).templateId,
  data: goodData,
  ...change,
})

describe('a person', () => {
  test('has one openid for each app and one unionid for each Open Platform account', async () => {
    const box = await openSeveral()
    const { apps, unionid } = await someone(box)
    const openids = Object.values(apps).map(it => it.openid)
    expect(new Set(openids).size).toBe(7)
    expect(openids).toEqual(openids.map(() => expect.stringMatching(/^o[\w-]{27}$/)))
    expect(new Set(['official', 'brand', 'mini', 'shop'].map(unionid)).size).toBe(1)
    expect(unionid('abroad')).toBe(unionid('abroad-shop'))
    expect(unionid('abroad')).not.toBe(unionid('official'))
    expect(unionid('alone')).toBeUndefined()
  })

  test('is told by user/info and by a login as that app knows them', async () => {
    const box = await openSeveral()
    const { id, openid, unionid } = await someone(box, { following: ['abroad', 'alone'] })
    for (const name of ['official', 'brand', 'abroad', 'alone']) {
      const info = await box.ask(name, `/cgi-bin/user/info?openid=${openid(name)}`)
      const subscribe = name.startsWith('a') ? 1 : 0
      expect(info).toMatchObject({ subscribe, openid: openid(name) })
      expect(field(info, 'unionid')).toBe(unionid(name))
    }
    for (const name of ['mini', 'shop', 'abroad-shop']) {
      const session = await box.exchange(name, await box.logIn(name, id))
      expect(session).toMatchObject({ openid: openid(name), unionid: unionid(name) })
    }
  })

  test('is found by an id of any app, where the app is named', async () => {
    const box = await openSeveral()
    await someone(box)
    const { openid, unionid } = await someone(box)
    for (const name of ['official', 'brand', 'shop']) {
      expect(await box.control(`/people?app=${name}&openid=${openid(name)}`)).toMatchObject({ id: 1 })
    }
    expect(await box.control(`/people?app=abroad&unionid=${unionid('abroad')}`)).toMatchObject({ id: 1 })
    expect((await box.get(`/_box/people?openid=${openid('brand')}`)).status).toBe(404)
    expect((await box.get(`/_box/people?app=alone&unionid=${unionid('official')}`)).status).toBe(404)
  })

  test('who gets the unionid late gets it in every app', async () => {
    const box = await openSeveral()
    const { id, unionid } = await someone(box, { unionid: false })
    expect(unionid('abroad')).toBeUndefined()
    const { apps } = v.parse(personAnswer, await box.control(`/people/${id}/bind`, {}))
    expect([apps.abroad?.unionid, apps.alone?.unionid]).toEqual([expect.stringMatching(/^o/), undefined])
  })
})

describe('what belongs to one app is refused to another', () => {
  test('an openid, with 40003', async () => {
    const box = await openSeveral()
    const { id, openid } = await someone(box, { following: ['official', 'brand'] })
    const foreign = { errcode: 40003 }
    expect(await box.ask('brand', SEND, messageTo('brand', openid('official')))).toMatchObject(foreign)
    expect(await box.ask('brand', `/cgi-bin/user/info?openid=${openid('official')}`)).toMatchObject(foreign)
    expect(await box.ask('brand', `/cgi-bin/user/get?next_openid=${openid('official')}`)).toMatchObject(foreign)
    const batch = { user_list: [{ openid: openid('brand') }, { openid: openid('shop') }] }
    expect(await box.ask('brand', '/cgi-bin/user/info/batchget', batch)).toMatchObject(foreign)
    await box.logIn('mini', id)
    const check = { media_url: 'http://127.0.0.1:1/x.png', media_type: 2, version: 2, scene: 1, openid: openid('mini') }
    expect(await box.ask('shop', '/wxa/media_check_async', check)).toMatchObject(foreign)
  })

  test('a template, with 40037, and the list of another account is not told', async () => {
    const box = await openSeveral()
    const { openid } = await someone(box, { following: ['brand'] })
    const { templateId: template_id } = templateOf('official')
    expect(await box.ask('brand', SEND, messageTo('brand', openid('brand'), { template_id }))).toMatchObject({
      errcode: 40037,
    })
    expect(await box.ask('brand', '/cgi-bin/template/get_all_private_template')).toMatchObject({
      template_list: [{ template_id: templateOf('brand').templateId }],
    })
  })

  test('a login code, with 40029, and it stays good for its own', async () => {
    const box = await openSeveral()
    const { id } = await someone(box)
    const code = await box.logIn('mini', id)
    expect(await box.exchange('shop', code)).toMatchObject({ errcode: 40029 })
    expect(await box.exchange('mini', code)).toHaveProperty('session_key')
  })

  test("an AppSecret, with 40125, a mini program's token at an Official Account's call, with 48001", async () => {
    const box = await openSeveral()
    const said = { appid: box.identity('brand').appid, secret: box.identity('official').appsecret }
    expect(await box.askToken('brand', said)).toMatchObject({ errcode: 40125 })
    expect(await box.ask('shop', '/cgi-bin/user/get')).toMatchObject({ errcode: 48001 })
    const { appid } = box.identity('official')
    expect(await box.ask('brand', '/cgi-bin/clear_quota', { appid })).toMatchObject({ errcode: 40013 })
  })

  test('a mini program of another Open Platform account as the target, with 40013', async () => {
    const box = await openSeveral()
    const { openid } = await someone(box, { following: ['brand', 'alone'] })
    const lead = (account: Account, to: string) => {
      const miniprogram = { appid: box.identity(to).appid }
      return box.ask(account, SEND, messageTo(account, openid(account), { miniprogram }))
    }
    expect(await lead('brand', 'shop')).toMatchObject({ errcode: 0 })
    expect(await lead('brand', 'abroad-shop')).toMatchObject({ errcode: 40013 })
    expect(await lead('brand', 'official')).toMatchObject({ errcode: 40013 })
    expect(await lead('alone', 'mini')).toMatchObject({ errcode: 40013 })
  })
})

describe('Official Accounts beside each other', () => {
  test('are followed, left and blocked each for itself', async () => {
    const box = await openSeveral()
    const { id, openid } = await someone(box, { following: ['official', 'brand'] })
    const send = (account: Account) => box.ask(account, SEND, messageTo(account, openid(account)))
    await box.control(`/people/${id}/unfollow`, {})
    expect(await send('official')).toMatchObject({ errcode: 43004 })
    expect(await send('brand')).toMatchObject({ errcode: 0 })
    await box.control(`/people/${id}/follow`, {})
    await box.control(`/people/${id}/block`, { app: 'brand', how: 'refuse' })
    expect(await send('official')).toMatchObject({ errcode: 0 })
    expect(await send('brand')).toMatchObject({ errcode: 43101 })
    expect(await send('abroad')).toMatchObject({ errcode: 43004 })
    expect(await box.ask('brand', '/cgi-bin/user/get')).toMatchObject({ total: 1, data: { openid: [openid('brand')] } })
  })

  test('have followers of their own in a crowd', async () => {
    const box = await openSeveral({ pageSize: 2 })
    await box.control('/people', { count: 3, following: ['brand', 'abroad'] })
    await box.control('/people/change', { app: 'brand', first: 1, count: 1, following: false })
    const totals = await Promise.all(
      ['official', 'brand', 'abroad'].map(async it => field(await box.ask(it, '/cgi-bin/user/get'), 'total')),
    )
    expect(totals).toEqual([0, 2, 3])
  })

  test('all lose who closes their WeChat account', async () => {
    const box = await openSeveral()
    for (const app of ['official', 'brand', 'abroad']) await box.control('/callback', { app, hold: true })
    const { id } = await someone(box, { following: ['official', 'brand'] })
    const { apps } = v.parse(personAnswer, await box.control(`/people/${id}/cancel`, {}))
    expect(['official', 'brand'].map(name => apps[name]?.following)).toEqual([false, false])
    const held = async (app: string) => field(await box.control(`/callbacks?app=${app}`), 'held')
    expect(await held('brand')).toMatchObject([{ event: 'user_authorization_cancellation' }])
    expect(await held('abroad')).toEqual([])
  })

  test('are told from each other by the message on the phone', async () => {
    const box = await openSeveral()
    const { id, openid } = await someone(box, { following: ['official', 'brand'] })
    await box.ask('brand', SEND, messageTo('brand', openid('brand'), { client_msg_id: 'a' }))
    await box.ask('official', SEND, messageTo('official', openid('official'), { client_msg_id: 'a' }))
    const arrived = [
      { app: 'brand', openid: openid('brand') },
      { app: 'official', openid: openid('official') },
    ]
    expect(box.box.messages()).toMatchObject(arrived)
    expect(await box.control('/messages')).toMatchObject(arrived)
    expect(await box.control(`/people/${id}/messages`)).toMatchObject(arrived)
    const line = { label: '订单编号', value: '20261122-0001' }
    expect(await box.control('/phones')).toMatchObject([
      { messages: arrived.map(it => ({ ...it, lines: expect.arrayContaining([line]) })) },
    ])
  })

  test('have rules of their own for values and repeats', async () => {
    const box = await openSeveral()
    const { openid } = await someone(box, { following: ['official', 'brand'] })
    await box.control('/templates', { app: 'brand', enforceValues: false, duplicates: 'error' })
    const odd = { data: { ...goodData, time3: { value: 'soon' } }, client_msg_id: 'a' }
    const send = (account: Account) => box.ask(account, SEND, messageTo(account, openid(account), odd))
    expect([await send('brand'), await send('brand'), await send('official')]).toMatchObject([
      { errcode: 0 },
      { errcode: 45065 },
      { errcode: 47003 },
    ])
  })
})

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

describe('mini programs beside each other', () => {
  test('have checks of their own', async () => {
    const box = await openSeveral({ verdictDelayMs: 0 })
    for (const app of ['mini', 'shop']) await box.control('/callback', { app, hold: true })
    await box.control('/media-checks?app=shop', { outcome: 'missing' })
    const { id, openid } = await someone(box)
    const check = async (name: string) => {
      await box.logIn(name, id)
      const about = { media_type: 2, version: 2, scene: 1, openid: openid(name) }
      return box.ask(name, '/wxa/media_check_async', { ...about, media_url: 'http://127.0.0.1:1/x.png' })
    }
    // The address is a repeat for neither.
    expect([await check('mini'), await check('shop')]).toMatchObject([{ errcode: 0 }, { errcode: 0 }])
    await vi.waitFor(async () => {
      const held = field(await box.control('/callbacks?app=mini'), 'held')
      expect(held).toMatchObject([{ openid: openid('mini') }])
    }, patience)
    expect(field(await box.control('/media-checks?app=shop'), 'checks')).toMatchObject([{ outcome: 'missing' }])
    expect(field(await box.control('/media-checks'), 'checks')).toMatchObject([{ openid: openid('mini') }])
  })

  test('have sessions and pages of their own', async () => {
    const box = await openSeveral()
    const { id, openid } = await someone(box, { following: true })
    const old = await box.logIn('mini', id)
    await box.logIn('shop', id)
    expect(await box.exchange('mini', old)).toHaveProperty('session_key')
    await box.control('/pages', { app: 'shop', pages: ['pages/home'] })
    const lead = (name: string) => {
      const miniprogram = { appid: box.identity(name).appid, pagepath: 'pages/order' }
      return box.ask('official', SEND, messageTo('official', openid('official'), { miniprogram }))
    }
    expect([await lead('mini'), await lead('shop')]).toMatchObject([{ errcode: 0 }, { errcode: 40165 }])
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

import * as v from 'valibot'
import { describe, expect, test, vi } from 'vitest'
import { field } from '../../../local/wechat/json.ts'
import { patience } from '../../patience.ts'
import { goodData } from './open-test-box.ts'
import { type Account, messageTo, openSeveral, personAnswer, SEND, someone } from './several-apps.ts'

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

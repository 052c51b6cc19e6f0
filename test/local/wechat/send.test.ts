import { describe, expect, test } from 'vitest'
import { defaultAccounts } from '../../../local/wechat/defaults.ts'
import type { WeChatOptions } from '../../../local/wechat/server.ts'
import { goodData, noon, openTestBox, template } from './open-test-box.ts'

const minute = 60_000
const mini = defaultAccounts.mini.appid

/** A box with one follower, and a way to send them something that is right but for `change`. */
async function openSending(options: WeChatOptions = {}) {
  const box = await openTestBox(options)
  const follower = await box.person({ following: true })
  const path = `/cgi-bin/message/template/send?access_token=${await box.token()}`
  const right = { touser: follower.openid, template_id: template.templateId, data: goodData }
  return {
    box,
    follower,
    post: (body: unknown) => box.post(path, body),
    send: async (change: object = {}) => (await box.post(path, { ...right, ...change })).json,
    sendRaw: async (change: object = {}) => (await box.post(path, { ...right, ...change })).text,
    messages: () => box.control('/messages'),
  }
}

describe('an accepted message', () => {
  test('reaches the phone with what was sent', async () => {
    const { box, follower, sendRaw } = await openSending()
    const target = { url: 'https://shop.example.com/1', miniprogram: { appid: mini, pagepath: 'pages/order?id=1' } }
    const text = await sendRaw({ ...target, client_msg_id: 'job-1', data: { ...goodData, first: { value: 'x' } } })
    const msgid = /^\{"errcode":0,"errmsg":"ok","msgid":(\d{19})\}$/.exec(text)?.[1] ?? ''
    expect(BigInt(msgid)).toBeGreaterThan(2n ** 53n)
    const message = {
      msgid,
      app: 'official',
      person: follower.id,
      openid: follower.openid,
      templateId: template.templateId,
      title: template.title,
      data: { character_string1: '20261122-0001', amount2: '¥88.00', time3: '2026-11-22 09:30' },
      ...target,
      clientMsgId: 'job-1',
      at: noon,
    }
    expect(await box.control('/messages')).toEqual([message])
    expect(await box.control(`/people/${follower.id}/messages`)).toEqual([message])
    expect(box.box.messages()).toEqual([message])
  })

  test.each([[''], [{ appid: '', pagepath: '' }], [{ appid: '', pagepath: 'pages/order' }]])(
    'with the empty mini program %j goes without one',
    async miniprogram => {
      const { box, send } = await openSending()
      expect(await send({ miniprogram })).toMatchObject({ errcode: 0 })
      expect(box.box.messages()).toEqual([expect.not.objectContaining({ miniprogram: expect.anything() })])
    },
  )

  test('never shares its msgid', async () => {
    const { sendRaw } = await openSending()
    const answers = await Promise.all(Array.from({ length: 300 }, () => sendRaw()))
    expect(new Set(answers).size).toBe(300)
  })
})

describe('client_msg_id', () => {
  test('gives the same msgid and no second message for ten minutes', async () => {
    const { box, send, sendRaw, messages } = await openSending()
    const first = await sendRaw({ client_msg_id: 'a' })
    box.tick(10 * minute - 1)
    expect(await sendRaw({ client_msg_id: 'a' })).toBe(first)
    expect(await messages()).toHaveLength(1)
    await send({ client_msg_id: 'b' })
    expect(await messages()).toHaveLength(2)
    box.tick(1)
    expect(await sendRaw({ client_msg_id: 'a' })).not.toBe(first)
    expect(await messages()).toHaveLength(3)
  })

  test('counts per openid', async () => {
    const { box, send, messages } = await openSending()
    const other = await box.person({ following: true })
    await send({ client_msg_id: 'a' })
    await send({ client_msg_id: 'a', touser: other.openid })
    expect(await messages()).toHaveLength(2)
  })

  test('can be made an error that names the earlier message', async () => {
    const { box, sendRaw, messages } = await openSending()
    const msgid = /"msgid":(\d+)/.exec(await sendRaw({ client_msg_id: 'a' }))?.[1]
    await box.control('/templates', { duplicates: 'error' })
    expect(await sendRaw({ client_msg_id: 'a' })).toMatch(new RegExp(`^{"errcode":45065,.*,"msg_id":${msgid}}$`))
    expect(await messages()).toHaveLength(1)
  })

  test('can be told as too soon, within a minute and no longer', async () => {
    const { box, send, sendRaw, messages } = await openSending()
    const first = await sendRaw({ client_msg_id: 'a' })
    await box.control('/templates', { duplicates: 'too-soon' })
    box.tick(minute - 1)
    expect(await send({ client_msg_id: 'a' })).toMatchObject({ errcode: 40241 })
    box.tick(1)
    expect(await sendRaw({ client_msg_id: 'a' })).toBe(first)
    expect(await messages()).toHaveLength(1)
  })
})

describe('a refused message', () => {
  const empty = (key: string) => `argument invalid! data.${key}.value is empty`
  const withData = (change: object) => ({ data: { ...goodData, ...change } })
  test.each<[string, object, number, string]>([
    ['no openid', { touser: 'nobody' }, 40003, 'invalid openid'],
    ['a misnamed field', { touser: undefined, toUser: 'o' }, 40003, 'invalid openid'],
    ['a short template id', { template_id: 'short' }, 40036, 'invalid template_id size'],
    ['a misnamed template', { template_id: undefined, templateId: 'x' }, 40036, 'invalid template_id size'],
    ['an unknown template', { template_id: 'x'.repeat(43) }, 40037, 'invalid template_id'],
    ['a foreign mini program', { miniprogram: { appid: 'wx1111111111111111' } }, 40013, 'invalid appid'],
    ['a mini program without appid', { miniprogram: { pagepath: 'x' } }, 40166, 'invalid weapp appid'],
    ['an endless url', { url: `https://e.com/${'x'.repeat(2048)}` }, 40039, 'invalid url size'],
    ['a mini program as text', { miniprogram: mini }, 47001, 'data format error'],
    ['data as text', { data: JSON.stringify(goodData) }, 47001, 'data format error'],
    ['data as list', { data: [goodData] }, 47003, empty('character_string1')],
    ['no data', { data: undefined }, 47003, empty('character_string1')],
    ['an empty value', withData({ time3: { value: '' } }), 47003, empty('time3')],
    ['a bare text', withData({ amount2: '¥1' }), 47003, empty('amount2')],
    ['a number', withData({ amount2: { value: 88 } }), 47001, 'data format error'],
    ['a broken rule', withData({ time3: { value: 'soon' } }), 47003, 'argument invalid! data.time3.value invalid'],
    ['a key with .DATA', withData({ time3: undefined, 'time3.DATA': { value: '09:30' } }), 47003, empty('time3')],
  ])('%s', async (_, change, errcode, errmsg) => {
    const { send, messages } = await openSending()
    expect(await send(change)).toEqual({ errcode, errmsg: expect.stringMatching(startOf(errmsg)) })
    expect(await messages()).toEqual([])
  })

  test('the body is looked at before the token', async () => {
    const { box, post } = await openSending()
    expect((await post('')).json).toMatchObject({ errcode: 44002 })
    expect((await post('touser=o&template_id=x')).json).toMatchObject({ errcode: 47001 })
    expect((await post('[]')).json).toMatchObject({ errcode: 47001 })
    expect((await box.post('/cgi-bin/message/template/send', { data: 'x' })).json).toMatchObject({ errcode: 47001 })
    expect((await box.post('/cgi-bin/message/template/send', {})).json).toMatchObject({ errcode: 41001 })
  })

  test('checks come in WeChat`s order', async () => {
    const { box, send, follower } = await openSending()
    await box.control(`/people/${follower.id}/block`, { how: 'blacklist' })
    await box.control(`/people/${follower.id}/unfollow`, { silent: true })
    const wrong = { touser: '', template_id: '', miniprogram: { appid: 'x' }, data: {} }
    expect(await send(wrong)).toMatchObject({ errcode: 40003 })
    expect(await send({ ...wrong, touser: follower.openid })).toMatchObject({ errcode: 40036 })
    expect(await send({ miniprogram: { appid: 'x' }, data: {} })).toMatchObject({ errcode: 40013 })
    expect(await send({ data: {} })).toMatchObject({ errcode: 47003 })
    expect(await send()).toMatchObject({ errcode: 43004 })
    await box.control(`/people/${follower.id}/follow`, { silent: true })
    expect(await send()).toMatchObject({ errcode: 43019 })
    await box.control(`/people/${follower.id}/block`, { how: 'refuse' })
    expect(await send()).toMatchObject({ errcode: 43101 })
    await box.control(`/people/${follower.id}/block`, { how: 'often' })
    expect(await send()).toMatchObject({ errcode: 43117 })
  })

  test('pages of the mini program count once they are known', async () => {
    const { box, send } = await openSending()
    const to = (pagepath: string) => send({ miniprogram: { appid: mini, pagepath } })
    expect(await to('pages/other')).toMatchObject({ errcode: 0 })
    await box.control('/pages', { pages: ['pages/order'] })
    expect(await to('pages/other')).toMatchObject({ errcode: 40165 })
    expect(await to('pages/order?id=1')).toMatchObject({ errcode: 0 })
  })
})

describe('templates', () => {
  test('come and go, are banned, and need approved values', async () => {
    const { box, send } = await openSending()
    const added = {
      templateId: 'b'.repeat(43),
      title: '预约',
      content: '状态：{{const1.DATA}}',
      approved: { const1: ['已预约'] },
    }
    await box.control('/templates', { add: [added], remove: [template.templateId] })
    const status = (value: string) => send({ template_id: added.templateId, data: { const1: { value } } })
    expect(await send()).toMatchObject({ errcode: 40037 })
    expect(await status('已预约')).toMatchObject({ errcode: 0 })
    expect(await status('别的')).toMatchObject({ errcode: 47003 })
    await box.control('/templates', { enforceValues: false })
    expect(await status('别的')).toMatchObject({ errcode: 0 })
    await box.control('/templates', { add: [{ ...added, banned: true }] })
    expect(await status('已预约')).toMatchObject({ errcode: 43116 })
  })

  test('are listed without errcode', async () => {
    const { box } = await openSending()
    const { json } = await box.get(`/cgi-bin/template/get_all_private_template?access_token=${await box.token()}`)
    const content = '订单编号：{{character_string1.DATA}}\n支付金额：{{amount2.DATA}}\n支付时间：{{time3.DATA}}'
    const industries = { primary_industry: '', deputy_industry: '' }
    const { templateId: template_id, title } = template
    const example = expect.any(String)
    expect(json).toEqual({ template_list: [{ template_id, title, ...industries, content, example }] })
  })

  test.each([[''], ['{}'], ['[]']])('are listed by POST as well, with the body %j', async body => {
    const { box } = await openSending()
    const path = `/cgi-bin/template/get_all_private_template?access_token=${await box.token()}`
    expect((await box.post(path, body)).text).toBe((await box.get(path)).text)
  })
})

function startOf(text: string): RegExp {
  return new RegExp(`^${text.replaceAll('.', '\\.')} rid: [0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{8}$`)
}

/** Customer-service messages: to whom, how many, how long, and what stands in the chat. */
import { describe, expect, test } from 'vitest'
import { defaultAccounts } from '../../../local/wechat/defaults.ts'
import { field } from '../../../local/wechat/json.ts'
import { noon, openTestBox } from './open-test-box.ts'

const hours = 3_600_000
const text = { msgtype: 'text', text: { content: 'hi' } }

async function openAnswering() {
  const box = await openTestBox()
  const person = await box.person({ following: true })
  // A token of its own for each call, because days pass in between.
  const path = async (call: string) => `/cgi-bin/message/custom/${call}?access_token=${await box.token()}`
  return {
    box,
    person,
    act: (how: string, body: object = {}) => box.control(`/people/${person.id}/${how}`, body),
    send: async (message: object = text) =>
      (await box.post(await path('send'), { touser: person.openid, ...message })).json,
    /** The errcodes of so many messages in a row. */
    codes: async (count: number) => {
      const answers: unknown[] = []
      const body = { touser: person.openid, ...text }
      for (let sent = 0; sent < count; sent += 1)
        answers.push(field((await box.post(await path('send'), body)).json, 'errcode'))
      return answers
    },
    typing: async (command: string, touser = person.openid) =>
      field((await box.post(await path('typing'), { touser, command })).json, 'errcode'),
    chat: () => box.control(`/people/${person.id}/chat`),
  }
}

describe('a customer-service message', () => {
  const article = { title: 't', description: 'd', url: 'u', picurl: 'p' }
  const list = [{ id: '101', content: '满意' }]
  const page = { title: 't', appid: defaultAccounts.mini.appid, pagepath: 'pages/a', thumb_media_id: 'm' }
  const music = { title: 't', description: 'd', musicurl: 'u', hqmusicurl: 'h', thumb_media_id: 'm' }

  test.each([
    [{ text: { content: 'hi' } }, { content: 'hi' }],
    [{ image: { media_id: 'm' } }, { mediaId: 'm' }],
    [{ voice: { media_id: 'm' } }, { mediaId: 'm' }],
    [{ video: { media_id: 'm', thumb_media_id: 'n', title: 't' } }, { mediaId: 'm', thumbMediaId: 'n', title: 't' }],
    [{ music }, { title: 't', description: 'd', musicUrl: 'u', hqMusicUrl: 'h', thumbMediaId: 'm' }],
    [{ news: { articles: [article] } }, { articles: [{ title: 't', description: 'd', url: 'u', picUrl: 'p' }] }],
    [{ mpnews: { media_id: 'm' } }, { mediaId: 'm' }],
    [{ msgmenu: { head_content: 'h', list, tail_content: 'l' } }, { head: 'h', items: list, tail: 'l' }],
    [{ miniprogrampage: page }, { title: 't', appid: page.appid, pagepath: 'pages/a', thumbMediaId: 'm' }],
  ])('%j reaches the chat', async (message, content) => {
    const { person, act, send, chat } = await openAnswering()
    await act('write', { content: 'hello' })
    const type = Object.keys(message)[0]
    expect(await send({ msgtype: type, ...message, customservice: { kf_account: 'a@b' } })).toEqual({
      errcode: 0,
      errmsg: 'ok',
    })
    const about = { app: 'official', person: person.id, openid: person.openid, at: noon, kfAccount: 'a@b' }
    const entry = { ...about, from: 'account', by: 'customer-service', type, ...content }
    expect(await chat()).toEqual([expect.objectContaining({ content: 'hello' }), entry])
  })

  test.each([
    [40003, { ...text, touser: 'x' }],
    [40008, { msgtype: 'wxcard' }],
    [40008, {}],
    [44004, { msgtype: 'text', text: { content: '' } }],
    [45002, { msgtype: 'text', text: { content: '好'.repeat(683) } }],
    [40007, { msgtype: 'image', image: {} }],
    [40007, { msgtype: 'music', music: { title: 't' } }],
    [44003, { msgtype: 'news', news: { articles: [] } }],
    [45008, { msgtype: 'news', news: { articles: [article, article] } }],
    [44004, { msgtype: 'msgmenu', msgmenu: {} }],
    [40166, { msgtype: 'miniprogrampage', miniprogrampage: { ...page, appid: '' } }],
    [40013, { msgtype: 'miniprogrampage', miniprogrampage: { ...page, appid: 'wx0000000000000000' } }],
    [40007, { msgtype: 'miniprogrampage', miniprogrampage: { ...page, thumb_media_id: '' } }],
  ])('is refused with %i: %j', async (errcode, message) => {
    const { act, send, chat, codes } = await openAnswering()
    await act('write', { content: 'hello' })
    expect(await send(message)).toMatchObject({ errcode })
    expect(await chat()).toHaveLength(1)
    // What is refused is not counted.
    expect(await codes(5)).toEqual(Array(5).fill(0))
  })
})

describe('how many and how long', () => {
  test('five within 48 hours of a message, and a new message starts anew', async () => {
    const { box, act, codes } = await openAnswering()
    expect(await codes(1)).toEqual([45015])
    await act('write', { content: '1' })
    expect(await codes(6)).toEqual([0, 0, 0, 0, 0, 45047])
    box.tick(48 * hours - 1)
    expect(await codes(1)).toEqual([45047])
    await act('write', { content: '2' })
    box.tick(48 * hours - 1)
    expect(await codes(1)).toEqual([0])
    box.tick(1)
    expect(await codes(1)).toEqual([45015])
  })

  const scanned = { person: 0, event: 'SCAN', fields: { EventKey: '1' } }
  test.each([
    ['/people/0/tap', { key: 'k' }],
    ['/people/0/tap', { event: 'scancode_push', key: 'k' }],
    ['/people/0/tap', { event: 'scancode_waitmsg', key: 'k' }],
    ['/people/0/follow', {}],
    ['/callback/send', scanned],
  ])('three within a minute of %s %j', async (path, body) => {
    const { box, codes } = await openAnswering()
    await box.control(path, body)
    box.tick(59_999)
    expect(await codes(4)).toEqual([0, 0, 0, 45047])
    box.tick(1)
    expect(await codes(1)).toEqual([45015])
  })

  test('none after a VIEW, but after a place that was sent', async () => {
    const { act, codes } = await openAnswering()
    await act('tap', { event: 'VIEW', key: 'https://example.com' })
    expect(await codes(1)).toEqual([45015])
    await act('tap', { event: 'location_select', key: 'k' })
    expect(await codes(1)).toEqual([0])
  })

  test('what ends first is used first', async () => {
    const { box, act, codes } = await openAnswering()
    await act('write', { content: '1' })
    await act('tap', { key: 'k' })
    expect(await codes(3)).toEqual([0, 0, 0])
    box.tick(60_000)
    expect(await codes(6)).toEqual([0, 0, 0, 0, 0, 45047])
  })

  test('none to somebody who left', async () => {
    const { act, codes } = await openAnswering()
    await act('write', { content: '1' })
    await act('unfollow')
    expect(await codes(1)).toEqual([45015])
  })
})

test('typing shows for 15 seconds, within 30 of a message, until the answer', async () => {
  const { box, act, typing, codes } = await openAnswering()
  expect(await typing('Typing')).toBe(45080)
  await act('write', { content: '1' })
  expect([await typing('typing'), await typing('Typing', 'x')]).toEqual([45072, 40003])
  expect([await typing('Typing'), await typing('Typing')]).toEqual([0, 45081])
  expect([await typing('CancelTyping'), await typing('Typing')]).toEqual([0, 0])
  box.tick(15_000)
  expect(await typing('Typing')).toBe(0)
  expect([...(await codes(1)), await typing('Typing')]).toEqual([0, 0])
  box.tick(30_001)
  expect(await typing('Typing')).toBe(45080)
})

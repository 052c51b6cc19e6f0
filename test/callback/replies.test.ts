import fc from 'fast-check'
import { XMLParser } from 'fast-xml-parser'
import { expect, test } from 'vitest'

import { type Replies, type Reply, replyTo, writeReply } from '../../lib/callback/replies.ts'

const replies: Replies = {
  welcome: { text: '欢迎' },
  keywords: [
    { equal: ['价格'], reply: { text: 'the price list' } },
    { contain: ['价格', 'price'], reply: { image: 'pIcTuRe' } },
  ],
  default: { text: 'Somebody will answer.' },
  menu: { HOURS: { text: '9:00–18:00' }, CLICKED: { news: { title: 'News', url: 'https://shop.example/news' } } },
}
const text = (Content: unknown) => ({ MsgType: 'text', Content })
const event = (Event: unknown, EventKey?: unknown) => ({ MsgType: 'event', Event, EventKey })

test.each([
  ['a new follower gets the welcome', event('subscribe'), replies.welcome],
  ['and so who followed by a code', event('subscribe', 'qrscene_7'), replies.welcome],
  ['a text that equals a keyword', text(' 价格 '), { text: 'the price list' }],
  ['a text that contains one', text('你们的价格?'), { image: 'pIcTuRe' }],
  ['a word of another case is another word', text('PRICE'), replies.default],
  ['any other text', text('hello'), replies.default],
  ['a picture', { MsgType: 'image', Content: '价格' }, replies.default],
  ['a text without content', text(undefined), replies.default],
  ['a tap on the menu', event('CLICK', 'HOURS'), { text: '9:00–18:00' }],
])('%s', (_, fields, reply) => {
  expect(replyTo(fields, replies)).toEqual(reply)
})

test.each([
  ['a tap on a key that has no reply', event('CLICK', 'OTHER')],
  ['a key that every object has', event('CLICK', 'constructor')],
  ['a link of the menu', event('VIEW', 'HOURS')],
  ['who leaves', event('unsubscribe')],
  ['a scan by a follower', event('SCAN', 'HOURS')],
  ['a receipt', event('TEMPLATESENDJOBFINISH')],
  ['an event without a name', event(undefined)],
  ['a list for a key', event('CLICK', ['HOURS'])],
  ['a push without MsgType', {}],
  ['one with two', { MsgType: ['text', 'event'] }],
])('no reply to %s', (_, fields) => {
  expect(replyTo(fields, replies)).toBeUndefined()
})

test('an account without replies is silent', () => {
  for (const it of [text('hello'), event('subscribe'), event('CLICK', 'HOURS')]) {
    expect(replyTo(it, {})).toBeUndefined()
  }
})

const address = { toUserName: 'oFollower', fromUserName: 'gh_0123456789ab', createTime: 1_790_000_000 }
const parser = new XMLParser({ parseTagValue: false, processEntities: false, trimValues: false })
const read = (reply: Reply, to = address): unknown => parser.parse(writeReply(reply, to)).xml

const head = { ToUserName: 'oFollower', FromUserName: 'gh_0123456789ab', CreateTime: '1790000000' }

test('a text, a picture and an article have the form that WeChat reads', () => {
  expect(writeReply({ text: '你好 & <b>' }, address)).toBe(
    '<xml><ToUserName><![CDATA[oFollower]]></ToUserName><FromUserName><![CDATA[gh_0123456789ab]]></FromUserName>' +
      '<CreateTime>1790000000</CreateTime><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[你好 & <b>]]></Content></xml>',
  )
  expect(read({ image: 'pIcTuRe' })).toEqual({ ...head, MsgType: 'image', Image: { MediaId: 'pIcTuRe' } })
  const news = { title: 'T', description: 'D', picture: 'https://shop.example/p.jpg', url: 'https://shop.example/' }
  const item = { Title: 'T', Description: 'D', PicUrl: 'https://shop.example/p.jpg', Url: 'https://shop.example/' }
  expect(read({ news })).toEqual({ ...head, MsgType: 'news', ArticleCount: '1', Articles: { item } })
})

test('no text can end its CDATA', () => {
  const hostile = fc
    .array(fc.constantFrom(']', ']]', '>', ']]>', '<', '<![CDATA[', '</xml>', 'a', '&lt;', '字'))
    .map(it => it.join(''))
  fc.assert(
    fc.property(hostile, hostile, (content, toUserName) => {
      const written = read({ text: `${content}.` }, { ...address, toUserName: `${toUserName}.` })
      expect(written).toEqual({ ...head, ToUserName: `${toUserName}.`, MsgType: 'text', Content: `${content}.` })
    }),
  )
})

import { describe, expect, it } from 'vitest'
import { appids } from '../../kit/app.ts'
import { publishedPush, pushKey } from '../../lib/callback/published-push.ts'

const account = { name: 'official', appid: appids.official }
const at = Date.parse('2026-11-29T01:02:03.004Z')
const published = (message: string) => publishedPush({ message, at }, account)
const key = (message: string, appid = appids.official) => pushKey({ appid, message })
const text = (content: string, more = '<MsgId>6074746557628292943</MsgId>') =>
  `<xml><ToUserName><![CDATA[gh_1]]></ToUserName>\n<FromUserName><![CDATA[oA1b2]]></FromUserName><CreateTime>1767225600</CreateTime><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[${content}]]></Content>${more}</xml>`
const click = (what: string) =>
  `<xml><FromUserName>oA1b2</FromUserName><CreateTime>1767225600</CreateTime><MsgType>event</MsgType><Event>CLICK</Event><EventKey>${what}</EventKey></xml>`

describe('a published push', () => {
  it('has WeChat’s fields as they came, numbers as text, and ours beside them', () => {
    expect(published(text('  hi <!DOCTYPE html> '))).toEqual({
      type: 'wechat.text',
      detail: {
        id: expect.stringMatching(/^[0-9a-f]{32}$/),
        account: 'official',
        openid: 'oA1b2',
        receivedAt: '2026-11-29T01:02:03.004Z',
        push: {
          ToUserName: 'gh_1',
          FromUserName: 'oA1b2',
          CreateTime: '1767225600',
          MsgType: 'text',
          Content: '  hi <!DOCTYPE html> ',
          MsgId: '6074746557628292943',
        },
      },
    })
  })

  it('is named after its event, or its MsgType', () => {
    expect(published(click('a')).type).toBe('wechat.CLICK')
    expect(published('{"InfoType":"component_verify_ticket"}').type).toBe('wechat.component_verify_ticket')
    expect(published('{"action":"CheckContainerPath"}').type).toBe('wechat.unknown')
  })

  it('has fields of any name', () => {
    const message = '{"MsgType":"text","constructor":"a","prototype":{"x":1},"__proto__":{"x":2}}'
    const { push } = published(message).detail
    expect(JSON.stringify(push)).toBe(
      '{"MsgType":"text","constructor":"a","prototype":{"x":"1"},"__proto__":{"x":"2"}}',
    )
    expect(push).not.toHaveProperty('x')
  })

  it('has the text of what cannot be read', () => {
    const { type, detail } = published('not xml <')
    expect([type, detail.text, detail.push]).toEqual(['wechat.unreadable', 'not xml <', undefined])
  })
})

describe('the id of a push', () => {
  it('is the same for WeChat’s repeats: of a message by its MsgId, of an event by what it says', () => {
    expect(key(text('hi'))).toBe(key(text('hi ')))
    expect(key(click('a'))).toBe(key(click('a')))
  })

  it('tells apart other messages, two events of one second, and other apps', () => {
    const ids = [text('hi'), text('hi', '<MsgId>6074746557628292944</MsgId>'), click('a'), click('b'), 'x <', 'y <']
    const keys = [...ids.map(it => key(it)), key(click('a'), appids.mini as never)]
    expect(new Set(keys).size).toBe(7)
  })
})

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { encryptedOf, parseEvent } from '../lib/event.ts'
import { allowRequestError } from './allow-request-error.ts'

const event = (fields: string) =>
  `<xml><ToUserName><![CDATA[gh_0123456789ab]]></ToUserName><FromUserName><![CDATA[oA1b2C3d4E5f6G7h8I9j0KlMnOpQ]]></FromUserName><CreateTime>1767225600</CreateTime><MsgType><![CDATA[event]]></MsgType>${fields}</xml>`

describe('parseEvent', () => {
  it('reads who followed and who left, in any spelling of the event', () => {
    const who = { openid: 'oA1b2C3d4E5f6G7h8I9j0KlMnOpQ', at: 1767225600 }
    expect(parseEvent(event('<Event><![CDATA[subscribe]]></Event><EventKey><![CDATA[qrscene_1]]></EventKey>'))).toEqual(
      { kind: 'follow', ...who },
    )
    expect(parseEvent(event('<Event>UNSUBSCRIBE</Event>'))).toEqual({ kind: 'unfollow', ...who })
  })

  it('reads a receipt with all 64 bits of its MsgID', () => {
    const xml = event(
      '<Event><![CDATA[TEMPLATESENDJOBFINISH]]></Event><MsgID>3599307433715204104</MsgID><Status><![CDATA[failed:user block]]></Status>',
    )
    expect(parseEvent(xml)).toEqual({
      kind: 'receipt',
      msgid: '3599307433715204104',
      status: 'failed:user block',
      at: 1767225600,
    })
  })

  it.each(['user_authorization_revoke', 'user_authorization_cancellation'])(
    'reads who is to be forgotten: %s',
    name => {
      const ids = '<OpenID>oX</OpenID><AppID>wx0123456789abcdef</AppID><UnionID>uY</UnionID><RevokeInfo>6</RevokeInfo>'
      const at = 1767225600
      expect(parseEvent(event(`<Event>${name}</Event>${ids}`))).toEqual({
        kind: 'erase',
        openid: 'oX',
        appid: 'wx0123456789abcdef',
        unionid: 'uY',
        at,
      })
      const bare = { kind: 'erase', openid: 'oA1b2C3d4E5f6G7h8I9j0KlMnOpQ', at }
      expect(parseEvent(event(`<Event>${name}</Event><UnionID><![CDATA[]]></UnionID>`))).toEqual(bare)
    },
  )

  it('knows that there are other messages', () => {
    expect(parseEvent(event('<Event>CLICK</Event>'))).toEqual({ kind: 'other', name: 'click' })
    expect(parseEvent('<xml><MsgType>text</MsgType><Content>hi</Content></xml>')).toEqual({
      kind: 'other',
      name: 'text',
    })
  })

  const deep = `<xml>${'<a>'.repeat(9)}${'</a>'.repeat(9)}</xml>`
  const bomb = '<!DOCTYPE xml [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><xml><MsgType>&b;</MsgType></xml>'
  it.each([
    ['a DOCTYPE', bomb],
    ['deep nesting', deep],
    ['no XML', '{"ToUserName":"gh"}'],
    ['nothing', ''],
    ['an event of nobody', event('<Event>subscribe</Event>').replace('oA1b2C3d4E5f6G7h8I9j0KlMnOpQ', 'a b')],
    ['a time that is none', event('<Event>subscribe</Event>').replace('1767225600', 'soon')],
  ])('refuses %s by name', (_what, xml) => {
    expect(() => parseEvent(xml)).toThrow(
      expect.objectContaining({ name: 'RequestError', code: 'callback-malformed', status: 400 }),
    )
  })

  it('throws nothing but RequestError, whatever comes', () => {
    const tag = fc.constantFrom(
      '<xml>',
      '</xml>',
      '<Event>',
      '</Event>',
      '<![CDATA[',
      ']]>',
      '&lt;',
      '<!--',
      '-->',
      'subscribe',
      '<MsgType>event</MsgType>',
      '<?xml?>',
      '<__proto__>',
      '</__proto__>',
    )
    const text = fc.array(fc.oneof(tag, fc.string()), { maxLength: 20 }).map(it => it.join(''))
    expect(() =>
      fc.assert(
        fc.property(text, xml => {
          for (const read of [parseEvent, encryptedOf]) allowRequestError(() => read(xml))
        }),
        { numRuns: 2000 },
      ),
    ).not.toThrow()
  })
})

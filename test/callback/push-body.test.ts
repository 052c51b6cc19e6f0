import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { parsePush } from '../../lib/callback/push.ts'

const event = (fields: string) =>
  `<xml><ToUserName><![CDATA[gh_0123456789ab]]></ToUserName><FromUserName><![CDATA[oA1b2C3d4E5f6G7h8I9j0KlMnOpQ]]></FromUserName><CreateTime>1767225600</CreateTime><MsgType><![CDATA[event]]></MsgType>${fields}</xml>`

const parseEvent = (body: string) => parsePush(body).event

describe('parsePush', () => {
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
    const receipt = { kind: 'receipt', msgid: '3599307433715204104', status: 'failed:user block', at: 1767225600 }
    expect(parseEvent(xml)).toEqual(receipt)
  })

  const ids = '<OpenID>oX</OpenID><AppID>wx0123456789abcdef</AppID><UnionID>uY</UnionID>'
  const named = { openid: 'oX', appid: 'wx0123456789abcdef', unionid: 'uY', at: 1767225600 }
  const withdrawn = (info: string) =>
    parseEvent(event(`<Event>user_authorization_revoke</Event>${ids}<RevokeInfo><![CDATA[${info}]]></RevokeInfo>`))

  it('reads who is to be forgotten: who closed their account, or withdrew all', () => {
    const closed = event(`<Event>user_authorization_cancellation</Event>${ids}<RevokeInfo>7</RevokeInfo>`)
    expect(parseEvent(closed)).toEqual({ kind: 'erase', ...named })
    for (const all of ['', '301', '7,301']) expect(withdrawn(all)).toEqual({ kind: 'erase', ...named })
    const bare = event('<Event>user_authorization_revoke</Event><UnionID><![CDATA[]]></UnionID>')
    expect(parseEvent(bare)).toEqual({ kind: 'erase', openid: 'oA1b2C3d4E5f6G7h8I9j0KlMnOpQ', at: 1767225600 })
  })

  // Where OpenID was there without a text, the withdrawal was lost.
  it.each(['user_authorization_revoke', 'user_authorization_cancellation'])(
    'takes in %s an empty field for an absent one, and reads nothing of WeChat itself where OpenID names the person',
    name => {
      const sender = 'oA1b2C3d4E5f6G7h8I9j0KlMnOpQ'
      for (const empty of ['', '<![CDATA[]]>', ' ']) {
        const fields = ['OpenID', 'AppID', 'UnionID', 'RevokeInfo', 'PluginID'].map(it => `<${it}>${empty}</${it}>`)
        const bare = event(`<Event>${name}</Event>${fields.join('')}`)
        expect(parseEvent(bare)).toEqual({ kind: 'erase', openid: sender, at: 1767225600 })
        const unsent = event(`<Event>${name}</Event>${ids}`).replace(sender, empty === '' ? '' : 'WeChat team')
        expect(parseEvent(unsent)).toEqual({ kind: 'erase', ...named })
      }
      const json = { MsgType: 'event', Event: name, FromUserName: sender, CreateTime: 1767225600 }
      for (const none of ['', null])
        expect(parseEvent(JSON.stringify({ ...json, OpenID: none, AppID: none, UnionID: none }))).toEqual({
          ...{ kind: 'erase', openid: sender, at: 1767225600 },
        })
      const nobody = JSON.stringify({ ...json, FromUserName: '', OpenID: '' })
      expect(parseEvent(nobody)).toEqual({ kind: 'unreadable', why: 'FromUserName is missing or wrong' })
    },
  )

  it.each(['6', '7', '14', '15', '20', '8,7', '21', '299'])(
    'takes of one who withdrew kind %s the pictures and nothing else: the person still follows',
    info => {
      expect(withdrawn(info)).toEqual({ kind: 'erase-pictures', ...named })
    },
  )

  it.each(['1', '2', '3', '4', '5', '8', '12', '13', '16', '18', '19', '201', '204', '207', '1,8'])(
    'keeps all of one who withdrew kind %s, for nothing of it is kept',
    info => {
      expect(withdrawn(info)).toEqual({ kind: 'other', name: `user_authorization_revoke ${info}` })
    },
  )

  it('reads JSON whose names begin with a blank, as on the page of WeChat, by what they mean', () => {
    const sample = {
      ToUserName: 'gh_870882ca4b1',
      FromUserName: 'oaKk346BaWE-eIn4oSRWbaM9vR7s',
      CreateTime: 1627359464,
      MsgType: 'event',
      Event: 'user_authorization_revoke',
      ' OpenID': 'oaKk343WOktAaT2ygsX138BGblrg',
      ' AppID': ' wx13974bf780d3dc89',
      ' RevokeInfo': '301',
    }
    const request = {
      kind: 'erase',
      openid: 'oaKk343WOktAaT2ygsX138BGblrg',
      appid: 'wx13974bf780d3dc89',
      at: 1627359464,
    }
    expect(parseEvent(JSON.stringify(sample))).toEqual(request)
    expect(parseEvent(JSON.stringify({ ...sample, ' RevokeInfo': '7' }))).toMatchObject({ kind: 'erase-pictures' })
    expect(parseEvent(JSON.stringify({ OpenID: 'oExact', ...sample }))).toMatchObject({ openid: 'oExact' })
  })

  const verdict = (result: string, errcode = 0) =>
    `{"ToUserName":"gh_1","FromUserName":"oMp","CreateTime":1767225600,"MsgType":"event","Event":"wxa_media_check","appid":"wx0123456789abcdef","trace_id":"62f11967-2b24d27a-34715985","version":2,"detail":[{"strategy":"content_model","errcode":0,"suggest":"risky","label":20002,"prob":90}],"errcode":${errcode},"errmsg":"ok"${result}}`
  const read = (suggest: string, errcode = 0) => ({
    kind: 'image-verdict',
    appid: 'wx0123456789abcdef',
    verdict: { traceId: '62f11967-2b24d27a-34715985', suggest, errcode },
  })

  it.each(['pass', 'review', 'risky'])('reads the verdict %s on a picture, of JSON and of XML', suggest => {
    expect(parseEvent(verdict(`,"result":{"suggest":"${suggest}","label":100}`))).toEqual(read(suggest))
    const xml = event(
      `<Event>wxa_media_check</Event><appid>wx0123456789abcdef</appid><trace_id><![CDATA[62f11967-2b24d27a-34715985]]></trace_id><version>2</version><detail><strategy>content_model</strategy><errcode>0</errcode><suggest>risky</suggest></detail><errcode>0</errcode><errmsg>ok</errmsg><result><suggest><![CDATA[${suggest}]]></suggest><label>100</label></result>`,
    )
    expect(parseEvent(xml)).toEqual(read(suggest))
  })

  it('takes an empty AppID or errcode of a verdict, and an empty MsgType, for an absent one', () => {
    const { appid: _, ...anonymous } = read('risky')
    const empty = verdict(',"result":{"suggest":"risky"}')
      .replace('"wx0123456789abcdef"', '""')
      .replace(/"errcode":0,"errmsg"/, '"errcode":"","errmsg"')
    expect(parseEvent(empty)).toEqual(anonymous)
    expect(parseEvent('{"MsgType":"","InfoType":"authorized"}')).toEqual({ kind: 'other', name: 'authorized' })
  })

  it('never takes what could not be checked for a pass', () => {
    expect(parseEvent(verdict(',"result":{"suggest":"pass","label":100}', -1008))).toEqual(read('review', -1008))
    expect(parseEvent(verdict('', -1008))).toEqual(read('review', -1008))
    for (const result of ['', ',"result":{}', ',"result":{"suggest":"fine"}', ',"result":"pass"']) {
      expect(parseEvent(verdict(result))).toMatchObject({ kind: 'unreadable' })
    }
  })

  it('reads numbers of JSON as the text that they are', () => {
    const json =
      '{"FromUserName":"oA","CreateTime":1767225600,"MsgType":"event","Event":"TEMPLATESENDJOBFINISH","MsgID":3599307433715204104,"Status":"success"}'
    expect(parseEvent(json)).toMatchObject({ kind: 'receipt', msgid: '3599307433715204104', at: 1767225600 })
    const why = 'CreateTime is missing or wrong'
    expect(parseEvent(json.replace('1767225600', '1.767e9'))).toEqual({ kind: 'unreadable', why })
  })

  it('knows that there are other messages', () => {
    expect(parseEvent(event('<Event>CLICK</Event>'))).toEqual({ kind: 'other', name: 'click' })
    expect(parseEvent('<xml><MsgType>text</MsgType><Content>hi</Content></xml>')).toEqual({
      kind: 'other',
      name: 'text',
    })
  })

  /** What a person writes. */
  const chat = (text: string) => `<xml><MsgType>text</MsgType><Content><![CDATA[${text}]]></Content></xml>`
  it.each(['<!DOCTYPE html>', '<!ENTITY a "b">', '<?xml?><!doctype x>', '<a b="', ']]', '<![CDATA[', '<!--'])(
    'lets people write %s',
    text => {
      expect(parseEvent(chat(text))).toEqual({ kind: 'other', name: 'text' })
    },
  )

  it('lets markup hide no DOCTYPE: what parsers may read differently is not read', () => {
    const hidden = [
      '<a b="<![CDATA["/><!DOCTYPE x><c d="]]>"/>',
      '<a b="<!--"/><!DOCTYPE x><c d="-->"/>',
      '<!-- > <!DOCTYPE x> -->',
    ]
    for (const it of hidden)
      expect(parseEvent(chat('a').replace('<xml>', `<xml>${it}`))).toMatchObject({ kind: 'unreadable' })
  })

  it('names what has no MsgType by what it has', () => {
    expect(parseEvent('{"action":"CheckContainerPath"}')).toEqual({ kind: 'other', name: 'action CheckContainerPath' })
    expect(parseEvent('<xml><InfoType>authorized</InfoType></xml>')).toEqual({ kind: 'other', name: 'authorized' })
    expect(parseEvent('{"ToUserName":"gh"}')).toEqual({ kind: 'other', name: 'a message without MsgType' })
  })

  const follow = event('<Event>subscribe</Event>')
  it.each([
    ['no XML', 'hello', 'the message is missing or wrong'],
    ['half an XML', '<xml><MsgType', 'it is not XML'],
    ['no JSON', '{"MsgType":"event",}', 'it is not JSON'],
    ['a list', '[{"MsgType":"text"}]', 'the message is missing or wrong'],
    ['nothing', '', 'the message is missing or wrong'],
    ['a MsgType that is a list', '{"MsgType":["event"]}', 'MsgType is missing or wrong'],
    ['an event of nobody', follow.replace('oA1b2C3d4E5f6G7h8I9j0KlMnOpQ', 'a b'), 'FromUserName is missing or wrong'],
    ['a time that is none', follow.replace('1767225600', 'soon'), 'CreateTime is missing or wrong'],
  ])('says of %s that it cannot be read, and why, without its words', (_what, body, why) => {
    expect(parseEvent(body)).toEqual({ kind: 'unreadable', why })
  })

  const deep = `<xml>${'<a>'.repeat(9)}${'</a>'.repeat(9)}</xml>`
  const bomb = '<!DOCTYPE xml [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><xml><MsgType>&b;</MsgType></xml>'
  it.each([
    ['a DOCTYPE', bomb],
    ['a DOCTYPE beside CDATA that holds one', `<!DOCTYPE x>${chat('<!DOCTYPE html>')}`],
    ['a DOCTYPE between two CDATA', chat('a').replace('</Content>', '<!DOCTYPE x><![CDATA[b]]></Content>')],
    ['an entity beside CDATA', chat('a').replace('<xml>', '<xml><!ENTITY a "b">')],
    ['deep nesting', deep],
    ['deep JSON', `{"MsgType":"text","a":${'['.repeat(9)}${']'.repeat(9)}}`],
    ['bottomless JSON', `{"MsgType":"text","a":${'['.repeat(30_000)}${']'.repeat(30_000)}}`],
  ])('does not read %s', (_what, xml) => {
    const why = expect.stringMatching(/^(?:a DOCTYPE is not accepted|it is nested too deep)$/)
    expect(parseEvent(xml)).toEqual({ kind: 'unreadable', why })
  })

  it('never throws, whatever JSON comes', () => {
    const names = ['MsgType', 'Event', 'trace_id', 'result', 'suggest', 'errcode', '__proto__', 'toString']
    const value = fc.letrec(tie => ({
      any: fc.oneof(
        { maxDepth: 10 },
        fc.constantFrom('event', 'wxa_media_check', 'subscribe', 'pass', 'oA', -1008, 2 ** 63),
        fc.jsonValue(),
        fc.array(tie('any'), { maxLength: 3 }),
        fc.dictionary(fc.constantFrom(...names), tie('any'), { maxKeys: 9 }),
      ),
    })).any
    const json = fc.dictionary(fc.constantFrom(...names), value, { maxKeys: 9 }).map(it => JSON.stringify(it))
    const cut = fc.tuple(json, fc.nat(200)).map(([text, end]) => text.slice(0, end))
    expect(() =>
      fc.assert(
        fc.property(fc.oneof(json, cut), body => {
          parseEvent(body)
        }),
        { numRuns: 2000 },
      ),
    ).not.toThrow()
  })

  it('never throws, whatever comes', () => {
    const markup = '<xml> </xml> <Event> </Event> <![CDATA[ ]]> &lt; <!-- --> subscribe'
    const more = '<MsgType>event</MsgType> <?xml?> <__proto__> </__proto__>'
    const tag = fc.constantFrom(...`${markup} ${more}`.split(' '))
    const text = fc.array(fc.oneof(tag, fc.string()), { maxLength: 20 }).map(it => it.join(''))
    expect(() =>
      fc.assert(
        fc.property(text, xml => {
          parseEvent(xml)
        }),
        { numRuns: 2000 },
      ),
    ).not.toThrow()
  })
})

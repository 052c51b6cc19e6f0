import { createCipheriv, createHash } from 'node:crypto'

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { appids } from '../../kit/app.ts'
import type { App } from '../../lib/apps.ts'
import { answerHandshake, type CallbackKeys, readPush } from '../../lib/callback/authenticate.ts'
import { type CallbackDeps, calledApp, handleEvent } from '../../lib/callback/callback.ts'
import { decryptMessage } from '../../lib/callback/cipher.ts'
import type { WeChatEvent } from '../../lib/callback/push.ts'
import { verifyMessageSignature, verifySignature } from '../../lib/callback/signature.ts'
import { newScene } from '../../lib/followers/scene.ts'
import { officialAppid as foreign, id } from '../ids.ts'
import { twoPairs } from '../second-pair.ts'
import '../seed.ts'

const sha1 = (...parts: string[]) => createHash('sha1').update(parts.sort().join('')).digest('hex')

// A published message, with its token and key (docs/wechat.md 9.10).
const v3 = {
  token: 'weixin',
  key: 'mNnY5GekpChwqhy2c4NBH90g3hND6GeI4gii2YCvKLY',
  appid: 'wx669ef95216eef885',
  query: { timestamp: '1414387151', nonce: '917222494' },
  msgSignature: 'ae70d4e343d946fc0477a5c760b95be0947fddbb',
  encrypt:
    '2gUBUpAeuPFKBS+gkcvrR1cBq1VjTOQluB7+FQF00VnybRpYR3xko4S4wh0qD+64cWmJfF93ZNLm+HLZBexjHLAdJBs5RBG2rP1AJnU0/1vQU/Ac9Q1Nq7vfC4l3ciF8YwhQW0o/GE4MYWWakgdwnp0hQ7aVVwqMLd67A5bsURQHJiFY/cH0fVlsKe6J3aazGhRXFCxceOq2VTJ2Eulc8aBDVSM5/lAIUA/JPq5Z2RzomM0+aoa5XIfGyAtAdlBXD0ADTemxgfYAKI5EMfKtH5za3dKV2UWbGAlJQZ0fwrwPx6Rs8MsoEtyxeQ52gO94gafA+/kIVjamKTVLSgudLLz5rAdGneKkBVhXyfyfousm1DoDRjQdAdqMWpwbeG5hanoJyJiH+humW/1q8PAAiaEfA+BOuvBk/a5xL0Q2l2k=',
}

describe('the published examples', () => {
  it('V1 and V2: plain signatures', () => {
    const v1 = { timestamp: '1414387151', nonce: '917222494', signature: 'e3203b6433eb554dd2fcba78fa48cb948fcb4801' }
    const v2 = { timestamp: '1570032739', nonce: '2068872452', signature: '20f4a1263d198b696e6958e0d65e928aa68f7d96' }
    expect([verifySignature(v1, 'weixin'), verifySignature(v2, 'weixin')]).toEqual([true, true])
    expect([verifySignature(v1, 'weixim'), verifySignature({ ...v2, nonce: '1' }, 'weixin')]).toEqual([false, false])
  })

  it('V3: an encrypted message, its signature and its text', () => {
    const signed = { ...v3.query, signature: v3.msgSignature }
    expect(verifyMessageSignature(signed, v3.encrypt, v3.token)).toBe(true)
    const message = decryptMessage(v3.encrypt, v3.key, v3.appid)
    expect(Buffer.byteLength(message ?? '')).toBe(279)
    expect(message).toContain('<Content><![CDATA[你好]]></Content>')
    expect(message).toContain('6074746557628292943')
    expect(decryptMessage(v3.encrypt, v3.key, 'wx0000000000000000')).toBeUndefined()
  })

  it('V4: what our peer encrypts comes out, and both signatures hold', () => {
    const encrypt = 'jn1L23DB+6ELqJ+6bruv21Y6MD7KeIfP82D6gU39rmkgczbWwt5+3bnyg5K55bgVtVzd832WzZGMhkP72vVOfg=='
    expect(decryptMessage(encrypt, 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG', 'wxb11529c136998cb6')).toBe(
      '我是中文abcd123',
    )
    const query = { timestamp: '1409304348', nonce: 'xxxxxx' }
    const signature = '82c962d39941aa48552f90ef55aa323dc620cc10'
    expect(verifyMessageSignature({ ...query, signature }, encrypt, 'pamtest')).toBe(true)
    expect(verifySignature({ ...query, signature: '76480565cbe296026c53aaacd1ad523a1ddba24f' }, 'pamtest')).toBe(true)
  })
})

const encodingAesKey = 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG'
const [[official, brand], [mini, shop]] = [twoPairs.officials, twoPairs.minis]
const { official: officialAppid, mini: miniAppid } = appids
const keys: CallbackKeys = { app: official, token: 'tokentoken', encodingAesKey, encryption: 'required' }
const nowMs = 1_767_225_600_000
const now = () => nowMs
const xml = `<xml><FromUserName>oWho</FromUserName><CreateTime>1767225600</CreateTime><MsgType>event</MsgType><Event>subscribe</Event></xml>`

function encrypt(message: string, appid: string = officialAppid): string {
  const key = Buffer.from(`${encodingAesKey}=`, 'base64')
  const length = Buffer.alloc(4)
  length.writeUInt32BE(Buffer.byteLength(message))
  const content = Buffer.concat([Buffer.from('r'.repeat(16)), length, Buffer.from(message), Buffer.from(appid)])
  const padding = 32 - (content.byteLength % 32)
  const cipher = createCipheriv('aes-256-cbc', key, key.subarray(0, 16)).setAutoPadding(false)
  return Buffer.concat([
    cipher.update(content),
    cipher.update(Buffer.alloc(padding, padding)),
    cipher.final(),
  ]).toString('base64')
}

/** A text of a follower, as it stands in WeChat's XML. */
const chatOf = (text: string) => xml.replace('</xml>', `<Content><![CDATA[${text}]]></Content></xml>`)

/** What WeChat would send now in each mode. */
function delivery(mode: 'plain' | 'compatible' | 'secure', message = xml, at = nowMs / 1000, appid?: string) {
  const signed = { timestamp: `${at}`, nonce: '4711' }
  const query = { ...signed, signature: sha1(keys.token, signed.timestamp, signed.nonce) }
  if (mode === 'plain') return { query, body: message }
  const sealed = encrypt(message, appid)
  const inner = mode === 'secure' ? '<ToUserName>gh</ToUserName>' : message.replace(/^<xml>|<\/xml>$/g, '')
  const msg_signature = sha1(keys.token, signed.timestamp, signed.nonce, sealed)
  return {
    query: { ...query, encrypt_type: 'aes', msg_signature },
    body: `<xml>${inner}<Encrypt><![CDATA[${sealed}]]></Encrypt></xml>`,
  }
}

const read = ({ query, body }: { query: object; body: string }, more: Partial<CallbackKeys> = {}) =>
  readPush(query, body, { keys: { ...keys, ...more }, now }).event
const refusal = (code: string, status: number) => expect.objectContaining({ name: 'RequestError', code, status })

describe('readPush', () => {
  const follow = { kind: 'follow', openid: 'oWho', at: 1767225600 }

  it('reads secure and compatible deliveries, and plain ones where they are agreed on', () => {
    expect(read(delivery('secure'))).toEqual(follow)
    expect(read(delivery('compatible'))).toEqual(follow)
    expect(read(delivery('plain'), { encryption: 'optional' })).toEqual(follow)
    const { encodingAesKey: _, ...keyless } = keys
    expect(readPush(delivery('plain').query, xml, { keys: keyless, now }).event).toEqual(follow)
  })

  const scene = `queqiao_${'Ab-_1234'.repeat(4)}`
  const scanned = (event: string, key: string) =>
    xml.replace('subscribe', event).replace('</xml>', `<EventKey><![CDATA[${key}]]></EventKey></xml>`)
  it.each([
    ['subscribe', `qrscene_${scene}`, { ...follow, scene }],
    ['SCAN', scene, { ...follow, kind: 'scan', scene }],
    ['subscribe', 'qrscene_shop-12', follow],
    ['subscribe', `qrscene_${scene}x`, follow],
    ['SCAN', 'shop-12', { kind: 'other', name: 'scan' }],
    ['SCAN', `qrscene_${scene}`, { kind: 'other', name: 'scan' }],
    ['unsubscribe', `qrscene_${scene}`, { ...follow, kind: 'unfollow' }],
  ])('reads of %s with %s only a scene of the form of ours', (event, key, expected) => {
    expect(read(delivery('secure', scanned(event, key)))).toEqual(expected)
  })

  it('takes no list or object for a scene', () => {
    for (const key of [[scene], { toString: scene }, 5, null]) {
      const fields = { MsgType: 'event', FromUserName: 'oWho', CreateTime: 1767225600, EventKey: key }
      const told = (Event: string) => read(delivery('secure', JSON.stringify({ ...fields, Event })))
      expect([told('subscribe'), told('SCAN')]).toEqual([follow, { kind: 'other', name: 'scan' }])
    }
  })

  it('goes by the encrypted part alone when a body has both', () => {
    const { query, body } = delivery('compatible')
    expect(read({ query, body: body.replace('oWho', 'oSomebodyElse') })).toEqual(follow)
  })

  it('refuses a plain body where encryption is agreed on: anybody could have written it', () => {
    expect(() => read(delivery('plain'))).toThrow(refusal('callback-not-encrypted', 403))
    const { query } = delivery('secure')
    const { msg_signature: _, ...stripped } = query as Record<string, string>
    expect(() => read({ query: stripped, body: xml })).toThrow(refusal('callback-not-encrypted', 403))
  })

  it('refuses what is unsigned, forged or altered', () => {
    expect(() => read({ query: {}, body: xml })).toThrow(refusal('callback-unsigned', 401))
    expect(() => read(delivery('secure'), { token: 'other' })).toThrow(refusal('callback-unsigned', 401))
    const { query, body } = delivery('secure')
    expect(() => read({ query: { ...query, msg_signature: 'a'.repeat(40) }, body })).toThrow(
      refusal('callback-forged', 403),
    )
    expect(() => read({ query, body: body.replace('CDATA[', 'CDATA[AAAA') })).toThrow(refusal('callback-forged', 403))
    expect(() => read({ query, body: '<xml><MsgType>event</MsgType></xml>' })).toThrow(refusal('callback-forged', 403))
  })

  it.each([
    ['with a DOCTYPE', '<!DOCTYPE xml [<!ENTITY a "aaaa">]><xml><Encrypt>&a;</Encrypt></xml>'],
    ['of 20,000 elements in each other', '<a>'.repeat(20_000)],
    ['of 20,000 lists in each other', `{"a":${'['.repeat(20_000)}`],
    ['of fields that are encrypted ten thousand times', '<Encrypt>AA'.repeat(5_000)],
    ['that is half a JSON', '{"Encrypt":"AAAA"'],
  ])('parses no body %s before its signature is verified', (_what, body) => {
    const { timestamp, nonce } = delivery('secure').query
    for (const query of [delivery('secure').query, { timestamp, nonce, msg_signature: 'a'.repeat(40) }]) {
      expect(() => read({ query, body })).toThrow(refusal('callback-forged', 403))
    }
  })

  // Each such refusal came twice more, and a minute of pushes was lost after a few of them.
  it.each(['plain', 'compatible', 'secure'] as const)(
    'takes in %s mode what people write, and what it cannot read',
    mode => {
      const open = { encryption: 'optional' } as const
      const chat = '<xml><MsgType>text</MsgType><Content><![CDATA[<!DOCTYPE html> <!ENTITY a "b">]]></Content></xml>'
      expect(read(delivery(mode, chat), open)).toEqual({ kind: 'other', name: 'text' })
      expect(read(delivery(mode, '<xml><ToUserName>gh</ToUserName></xml>'), open)).toMatchObject({ kind: 'other' })
      const follow = xml.replace('oWho', '')
      const why = 'FromUserName is missing or wrong'
      expect(read(delivery(mode, follow), open)).toEqual({ kind: 'unreadable', why })
    },
  )

  // Each refusal brought the push twice more, and counted as a failure of the server for everybody.
  it.each([
    ['a DOCTYPE behind a text that ends its CDATA', chatOf('x]]><!DOCTYPE a>'), 'a DOCTYPE is not accepted'],
    ['a DOCTYPE', `<!DOCTYPE xml [<!ENTITY a "aaaa">]>${xml}`, 'a DOCTYPE is not accepted'],
    ['twenty elements in each other', `<xml>${'<a>'.repeat(20)}${'</a>'.repeat(20)}</xml>`, 'it is nested too deep'],
    ['twenty lists in each other', `{"a":${'['.repeat(20)}${']'.repeat(20)}}`, 'it is nested too deep'],
  ])('refuses %s in no mode, and tells of it as unreadable', (_what, body, why) => {
    const open = { encryption: 'optional' } as const
    for (const mode of ['plain', 'compatible', 'secure'] as const)
      expect(read(delivery(mode, body), open), mode).toEqual({ kind: 'unreadable', why })
  })

  it('reads what is signed by msg_signature alone', () => {
    const { query, body } = delivery('secure')
    expect(read({ query: { ...query, signature: undefined }, body })).toEqual(follow)
  })

  it('finds the encrypted part beside a person’s message that looks like one', () => {
    const { query, body } = delivery('compatible')
    const chat = '<Content><![CDATA[<Encrypt>AAAA</Encrypt> "Encrypt":"BBBB"]]></Content>'
    expect(read({ query, body: body.replace('<xml>', `<xml>${chat}`) })).toEqual(follow)
  })

  // Four of them in a text of any follower had WeChat refused, and after some of those pushed to nobody.
  describe('finds the encrypted part in compatible mode beside any text of a person', () => {
    const lookalike = fc.constantFrom(
      ...[
        '<Encrypt>',
        '<Encrypt>abc',
        `<Encrypt>${'A'.repeat(88)}`,
        `<Encrypt><![CDATA[${'B'.repeat(128)}]]></Encrypt>`,
      ],
      ...[
        '"Encrypt":"',
        `"Encrypt":"${'C'.repeat(88)}"`,
        '</Encrypt>',
        ']]>',
        '<![CDATA[',
        '<!--',
        '</Content>',
        '</xml>',
      ],
      ...['<xml>', '<!DOCTYPE a>', '{', '}', '\\', '"'],
    )
    const texts = fc.array(fc.oneof({ weight: 4, arbitrary: lookalike }, fc.string()), { maxLength: 60, size: 'max' })
    const split = (text: string) => text.replaceAll(']]>', ']]]]><![CDATA[>')
    const { query, body } = delivery('compatible')
    const [encrypted = ''] = /<Encrypt>.*<\/Encrypt>/.exec(body) ?? []

    it('in XML, before and behind it, whether WeChat splits its CDATA or not', () => {
      fc.assert(
        fc.property(texts, fc.boolean(), fc.boolean(), (parts, isSplit, isFirst) => {
          const text = isSplit ? split(parts.join('')) : parts.join('')
          const plain = chatOf(text)
          const both = isFirst
            ? plain.replace('<xml>', () => `<xml>${encrypted}`)
            : `${plain.slice(0, -6)}${encrypted}</xml>`
          expect(read({ query, body: both })).toEqual(follow)
        }),
      )
    })

    it('in JSON', () => {
      const Encrypt = /CDATA\[(.*?)\]/.exec(encrypted)?.[1]
      fc.assert(
        fc.property(texts, fc.boolean(), (parts, isFirst) => {
          const Content = parts.join('')
          const both = isFirst ? { Encrypt, Content } : { Content, Encrypt }
          expect(read({ query, body: JSON.stringify({ ToUserName: 'gh', ...both }) })).toEqual(follow)
        }),
      )
    })

    it.each([4, 7, 5_000])('with %i lookalikes in it', count => {
      const chat = chatOf('<Encrypt>abc'.repeat(count))
      expect(read({ query, body: chat.replace('</xml>', () => `${encrypted}</xml>`) })).toEqual(follow)
    })
  })

  it('refuses what was encrypted for another app, or with another key', () => {
    expect(() => read(delivery('secure'), { app: { ...official, appid: foreign } })).toThrow(
      refusal('callback-forged', 403),
    )
    const otherKey = 'ZYXWVUTSRQPONMLKJIHGFEDCBA0123456789abcdefg'
    expect(() => read(delivery('secure'), { encodingAesKey: otherKey })).toThrow(refusal('callback-forged', 403))
  })

  it('refuses a signature more than five minutes off, both ways', () => {
    const at = nowMs / 1000
    expect(read(delivery('secure', xml, at - 300))).toEqual(follow)
    for (const off of [-301, 301])
      expect(() => read(delivery('secure', xml, at + off))).toThrow(refusal('callback-stale', 401))
  })

  it('refuses a megabyte before it looks into it', () => {
    expect(() => read({ query: delivery('secure').query, body: 'x'.repeat(1_000_000) })).toThrow(
      refusal('body-too-large', 413),
    )
  })

  it('lets nothing through that one flipped character altered', () => {
    const { query, body } = delivery('secure')
    const start = body.indexOf('CDATA[') + 6
    const place = fc.integer({ min: start, max: body.indexOf(']]>') - 1 })
    expect(() =>
      fc.assert(
        fc.property(place, at => {
          const altered = `${body.slice(0, at)}${body[at] === 'A' ? 'B' : 'A'}${body.slice(at + 1)}`
          expect(() => read({ query, body: altered })).toThrow(refusal('callback-forged', 403))
        }),
      ),
    ).not.toThrow()
  })
})

describe('what the mini program pushes', () => {
  const verdict = { traceId: 't-1', suggest: 'pass', errcode: 0 }
  const check = { MsgType: 'event', Event: 'wxa_media_check', appid: miniAppid, trace_id: 't-1', errcode: 0 }
  const json = (more: object = {}) => JSON.stringify({ ...check, result: { suggest: 'pass' }, ...more })
  const ofMini = { ...keys, app: mini }
  /** In an envelope of JSON, encrypted for an app. */
  function pushed(message: string, appid: string = miniAppid, plain = {}) {
    const { query, body } = delivery('secure', message, nowMs / 1000, appid)
    const Encrypt = /CDATA\[(.*?)\]/.exec(body)?.[1]
    return { query, body: JSON.stringify({ ToUserName: 'gh', ...plain, Encrypt }) }
  }
  const readMini = (it: { query: object; body: string }) => read(it, ofMini)

  it('is read in both envelopes, and in plain text where that is agreed on', () => {
    const event = { kind: 'image-verdict', appid: miniAppid, verdict }
    expect(readMini(pushed(json()))).toEqual(event)
    expect(readMini(pushed(json(), miniAppid, { ...check, trace_id: 'somebody-elses' }))).toEqual(event)
    expect(readMini(delivery('secure', json(), nowMs / 1000, miniAppid))).toEqual(event)
    expect(read(delivery('plain', json()), { ...ofMini, encryption: 'optional' })).toEqual(event)
    expect(() => readMini(delivery('plain', json()))).toThrow(refusal('callback-not-encrypted', 403))
  })

  it('is read from JSON with blanks, and with slashes that are escaped', () => {
    const { query, body } = pushed(json())
    const spaced = body.replace('"Encrypt":', '" Encrypt" : ').replaceAll('/', '\\/')
    expect(spaced).toMatch(/\\\//)
    expect(readMini({ query, body: spaced })).toMatchObject({ kind: 'image-verdict' })
  })

  it('is refused at the callback of another app, and where it was altered', () => {
    expect(() => read(pushed(json()))).toThrow(refusal('callback-forged', 403))
    const { query, body } = pushed(json())
    expect(() => readMini({ query, body: body.replace('"Encrypt":"', '"Encrypt":"AAAA') })).toThrow(
      refusal('callback-forged', 403),
    )
  })

  const receipt = `<xml><MsgType>event</MsgType><Event>TEMPLATESENDJOBFINISH</Event><MsgID>1</MsgID><Status>success</Status><CreateTime>1767225600</CreateTime></xml>`
  it.each([
    ['a follow', xml],
    ['a follow as JSON', '{"MsgType":"event","Event":"subscribe","FromUserName":"oWho","CreateTime":1767225600}'],
    ['an unfollow', xml.replace('subscribe', 'unsubscribe')],
    ['a receipt', receipt],
    ['a verdict of another app', json({ appid: 'wx9999999999999999' })],
  ])('never counts as %s', (_what, message) => {
    expect(readMini(delivery('secure', message, nowMs / 1000, miniAppid))).toMatchObject({ kind: 'other' })
  })

  it('counts for no other app in plain text either', () => {
    const foreign = delivery('plain', json({ appid: 'wx9999999999999999' }))
    expect(read(foreign, { ...ofMini, encryption: 'optional' })).toMatchObject({ kind: 'other' })
  })

  it('may ask to forget a person whom it knows, and nobody else', () => {
    const revoke = (more = {}) =>
      JSON.stringify({
        MsgType: 'event',
        Event: 'user_authorization_revoke',
        FromUserName: 'oWho',
        CreateTime: 1767225600,
        ...more,
      })
    const erase = { kind: 'erase', openid: 'oWho' }
    expect(readMini(pushed(revoke()))).toMatchObject(erase)
    expect(readMini(pushed(revoke({ AppID: miniAppid })))).toMatchObject(erase)
    expect(readMini(pushed(revoke({ AppID: officialAppid })))).toMatchObject({ kind: 'other' })
    const pictures = { ...erase, kind: 'erase-pictures' }
    expect(readMini(pushed(revoke({ RevokeInfo: '14' })))).toMatchObject(pictures)
    expect(readMini(pushed(revoke({ RevokeInfo: '14', AppID: officialAppid })))).toMatchObject({ kind: 'other' })
  })

  it('cannot be said by the Official Account', () => {
    expect(read(pushed(json(), officialAppid))).toMatchObject({ kind: 'other' })
    expect(() => readMini(pushed(json(), officialAppid))).toThrow(refusal('callback-forged', 403))
  })
})

describe('answerHandshake', () => {
  it('answers the bare echostr once the signature holds', () => {
    const { query } = delivery('plain')
    expect(answerHandshake({ ...query, echostr: '5927782489442352469' }, keys, now)).toBe('5927782489442352469')
    const forged = { ...query, signature: 'f'.repeat(40), echostr: 'x' }
    expect(() => answerHandshake(forged, keys, now)).toThrow(refusal('callback-unsigned', 401))
    expect(() => answerHandshake({ ...query, echostr: 'x' }, keys, () => nowMs + 301_000)).toThrow(
      refusal('callback-stale', 401),
    )
  })
})

describe('calledApp', () => {
  it('is the one that the path names, and the default Official Account without', () => {
    const names = [undefined, 'official', 'brand', 'shop', 'mini']
    const appids = names.map(it => calledApp(twoPairs, it).appid)
    expect(appids).toEqual([officialAppid, officialAppid, brand.appid, shop.appid, miniAppid])
    expect(() => calledApp(twoPairs, 'nobody')).toThrow(refusal('app-invalid', 404))
  })
})

describe('handleEvent', () => {
  function openHandling() {
    const pushed: Record<string, unknown[]> = { followers: [], receipts: [], checks: [] }
    const queue = (name: string) => ({
      push: async (messages: readonly unknown[]) => void pushed[name]?.push(...messages),
    })
    const told: object[] = []
    const tell = (event: string, fields?: object) => void told.push({ event, ...fields })
    const log = {
      debug: () => undefined,
      info: (_event: string, fields?: object) => void told.push({ ...fields }),
      warn: tell,
      error: tell,
    }
    const takeReceipt = async (receipt: object) => void pushed.receipts?.push(receipt)
    const counted: string[] = []
    const metrics = { count: (name: string) => void counted.push(name) }
    const deps = { apps: twoPairs, followers: queue('followers'), takeReceipt, log, metrics }
    return {
      counted,
      pushed,
      told,
      deps,
      imageChecks: queue('checks'),
      handle: (event: WeChatEvent, app: App, more: Partial<CallbackDeps> = {}) =>
        handleEvent(event, { ...deps, app, ...more }),
    }
  }
  const verdict = { traceId: 't-1', suggest: 'risky', errcode: 0 } as const
  const [openid, unionid] = [id('oWho'), id('u')]

  it('queues followers, receipts and verdicts apart, each with its app, and only tells of the rest', async () => {
    const { handle, pushed, told, counted, imageChecks } = openHandling()
    await handle({ kind: 'unfollow', openid, at: 5 }, official)
    await handle({ kind: 'follow', openid, at: 6 }, brand)
    await handle({ kind: 'receipt', msgid: '1', status: 'success', at: 6 }, official)
    await handle({ kind: 'receipt', msgid: '1', status: 'success', at: 7 }, brand)
    await handle({ kind: 'other', name: 'click' }, brand)
    await handle({ kind: 'unreadable', why: 'it is not XML' }, official)
    await handle({ kind: 'image-verdict', verdict }, mini)
    expect(told).toEqual([
      { app: 'brand', event: 'click' },
      { app: 'official', event: 'callback.unreadable', why: 'it is not XML' },
      { app: 'mini', event: 'image-verdict' },
    ])
    expect(counted).toEqual(['PushUnreadable'])
    for (const app of [mini, shop]) await handle({ kind: 'image-verdict', verdict }, app, { imageChecks })
    expect(pushed).toEqual({
      followers: [
        { change: 'unfollow', official: officialAppid, openids: ['oWho'], at: 5 },
        { change: 'follow', official: brand.appid, openids: ['oWho'], at: 6 },
      ],
      receipts: [
        { official: officialAppid, msgid: '1', status: 'success', at: 6 },
        { official: brand.appid, msgid: '1', status: 'success', at: 7 },
      ],
      checks: [
        { mini: miniAppid, verdict },
        { mini: shop.appid, verdict },
      ],
    })
  })

  it('takes no receipt where none are kept', async () => {
    const { deps, told } = openHandling()
    const { apps, followers, log, metrics } = deps
    await handleEvent(
      { kind: 'receipt', msgid: '1', status: 'success', at: 6 },
      { app: official, apps, followers, log, metrics },
    )
    expect(told).toEqual([])
  })

  it('queues a follow and a scan by a code alike, with its scene', async () => {
    const { handle, pushed } = openHandling()
    const scene = newScene()
    for (const kind of ['follow', 'scan'] as const) await handle({ kind, openid, at: 6, scene }, brand)
    const news = { change: 'follow', official: brand.appid, openids: ['oWho'], at: 6, scene }
    expect(pushed.followers).toEqual([news, news])
  })

  it('takes from no app what it cannot know', async () => {
    const { handle, pushed, imageChecks } = openHandling()
    await handle({ kind: 'image-verdict', verdict }, official, { imageChecks })
    await handle({ kind: 'receipt', msgid: '1', status: 'success', at: 6 }, mini)
    await handle({ kind: 'follow', openid, at: 6 }, mini)
    await handle({ kind: 'scan', openid, at: 6, scene: newScene() }, mini)
    expect(pushed).toEqual({ followers: [], receipts: [], checks: [] })
  })

  it('has people erased by the openid at the app that the event names, at its own where it names none', async () => {
    const { handle, pushed, told } = openHandling()
    await handle({ kind: 'erase', openid, unionid, appid: officialAppid, at: 6 }, official)
    await handle({ kind: 'erase', openid, appid: miniAppid, at: 7 }, official)
    await handle({ kind: 'erase-pictures', openid, appid: miniAppid, at: 8 }, official)
    await handle({ kind: 'erase', openid, at: 9 }, shop)
    await handle({ kind: 'erase-pictures', openid, at: 9 }, shop)
    const erase = { change: 'erase', isSecond: false }
    const [atMini, atShop] = [miniAppid, shop.appid].map(it => ({ mini: it, miniOpenid: 'oWho' }))
    expect(pushed.followers).toEqual([
      { ...erase, who: [{ official: officialAppid, openid: 'oWho' }, { unionid: 'u' }], at: 6 },
      { ...erase, who: [atMini], at: 7 },
      { change: 'erase-pictures', who: [atMini], at: 8 },
      { ...erase, who: [atShop], at: 9 },
      { change: 'erase-pictures', who: [atShop], at: 9 },
    ])
    expect(told).toEqual([])
  })

  it('has nobody erased by an openid of another Official Account, or of an app that is none of ours', async () => {
    const { handle, pushed, told } = openHandling()
    for (const appid of [brand.appid, 'wx9999999999999999'])
      await handle({ kind: 'erase', openid, appid, at: 6 }, official)
    expect(pushed.followers).toEqual([])
    expect(told).toMatchObject([{ app: 'official' }, { app: 'official' }])
    await handle({ kind: 'erase', openid, unionid, appid: brand.appid, at: 6 }, official)
    expect(pushed.followers).toMatchObject([{ who: [{ unionid }] }])
  })
})

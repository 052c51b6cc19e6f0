import { randomBytes } from 'node:crypto'

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decryptMessage, encryptMessage, findEncrypted } from '../../lib/callback/cipher.ts'
import { sealReply, writePush } from '../../lib/callback/envelope.ts'
import { readReply, WrongReply } from '../../lib/callback/passive-reply.ts'
import { encrypt, sign } from '../../local/wechat/signature.ts'

const keys = {
  token: 'tokentoken',
  encodingAesKey: 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG',
  appid: 'wx0123456789abcdef',
}
const stamp = { timestamp: '1767225600', nonce: '4711' }
const message = '<xml>\n<ToUserName><![CDATA[gh_1]]></ToUserName><Content><![CDATA[ 你好 ]]></Content>\n</xml>'
const push = { message, openid: 'oA1b2', toUserName: 'gh_1', hops: 0 }
const signature = sign(keys.token, stamp.timestamp, stamp.nonce)

describe('encryptMessage', () => {
  it('gives the published example (docs/wechat.md 9.10, V4)', () => {
    const random = Buffer.from('aaaabbbbccccdddd')
    const encrypted = encryptMessage('我是中文abcd123', { ...keys, appid: 'wxb11529c136998cb6' }, random)
    expect(encrypted).toBe('jn1L23DB+6ELqJ+6bruv21Y6MD7KeIfP82D6gU39rmkgczbWwt5+3bnyg5K55bgVtVzd832WzZGMhkP72vVOfg==')
  })

  it('is what the simulator encrypts, and is decrypted again, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.constantFrom('wx0123456789abcdef', 'x'), (text, appid) => {
        const random = randomBytes(16)
        const encrypted = encryptMessage(text, { ...keys, appid }, random)
        expect(encrypted).toBe(encrypt(text, { aesKey: keys.encodingAesKey, appid }, random))
        expect(decryptMessage(encrypted, keys.encodingAesKey, appid)).toBe(Buffer.from(text).toString())
      }),
    )
  })
})

describe('writePush', () => {
  it('in plain mode gives the very bytes that came, with a signature of its own', () => {
    expect(writePush(push, keys, { mode: 'plain', stamp })).toEqual({
      query: { ...stamp, signature, openid: 'oA1b2' },
      body: message,
      hops: 1,
    })
  })

  it('in secure mode gives only ToUserName and Encrypt, signed and encrypted for this app', () => {
    const { query, body } = writePush(push, keys, { mode: 'secure', stamp })
    const [encrypted = ''] = findEncrypted(body)
    expect(body).toBe(`<xml><ToUserName><![CDATA[gh_1]]></ToUserName><Encrypt><![CDATA[${encrypted}]]></Encrypt></xml>`)
    expect(query).toMatchObject({
      encrypt_type: 'aes',
      signature,
      msg_signature: sign(keys.token, stamp.timestamp, stamp.nonce, encrypted),
    })
    expect(decryptMessage(encrypted, keys.encodingAesKey, keys.appid)).toBe(message)
  })

  it('in compatible mode adds Encrypt to the message, and changes nothing else of it', () => {
    const { body } = writePush(push, keys, { mode: 'compatible', stamp })
    expect(body.replace(/<Encrypt>.*<\/Encrypt>/, '')).toBe(message)
    expect(decryptMessage(findEncrypted(body)[0] ?? '', keys.encodingAesKey, keys.appid)).toBe(message)
  })

  it('keeps JSON as JSON', () => {
    const json = { ...push, message: '{"ToUserName":"gh_1","MsgType":"event"}' }
    const both = writePush(json, keys, { mode: 'compatible', stamp }).body
    const alone = writePush(json, keys, { mode: 'secure', stamp }).body
    expect(JSON.parse(both)).toEqual({ ToUserName: 'gh_1', MsgType: 'event', Encrypt: expect.any(String) })
    expect(JSON.parse(alone)).toEqual({ ToUserName: 'gh_1', Encrypt: expect.any(String) })
  })

  it('fails for an encrypted mode without a key', () => {
    const { encodingAesKey, ...keyless } = keys
    expect(() => writePush(push, keyless, { mode: 'secure', stamp })).toThrow('needs an EncodingAESKey')
  })
})

const reply = (openid: string, type = 'text') =>
  `<xml><ToUserName><![CDATA[${openid}]]></ToUserName><FromUserName><![CDATA[gh_1]]></FromUserName><CreateTime>1</CreateTime><MsgType><![CDATA[${type}]]></MsgType><Content><![CDATA[hi]]></Content></xml>`
const who = { openid: 'oA1b2', account: 'gh_1', isJson: false }

describe('readReply', () => {
  const inMode = (mode: 'plain' | 'compatible' | 'secure') => (answer: string) => readReply(answer, who, { keys, mode })

  it('finds no reply in success, in nothing, and in blanks around them', () => {
    for (const mode of ['plain', 'compatible', 'secure'] as const)
      expect(['success', '', ' \n', ' success\n'].map(inMode(mode))).toEqual(Array(4).fill(undefined))
  })

  it('takes a reply in plain text, except in secure mode', () => {
    const text = reply('oA1b2')
    expect([inMode('plain')(text), inMode('compatible')(text)]).toEqual([text, text])
    expect(() => inMode('secure')(text)).toThrow('not encrypted')
  })

  it('takes one that is encrypted and signed with the server’s own keys, and no other', () => {
    const text = reply('oA1b2')
    const sealed = sealReply(text, keys, stamp)
    expect([inMode('secure')(sealed), inMode('compatible')(sealed)]).toEqual([text, text])
    const wrong = [
      sealReply(text, { ...keys, token: 'other' }, stamp),
      sealReply(text, { ...keys, appid: 'wxfedcba9876543210' }, stamp),
      sealReply(text, { ...keys, encodingAesKey: keys.encodingAesKey.replace('a', 'Z') }, stamp),
      sealed.replace('<Nonce><![CDATA[4711', '<Nonce><![CDATA[4712'),
    ]
    for (const it of wrong) expect(() => inMode('secure')(it)).toThrow(WrongReply)
  })

  it('refuses what WeChat would not take, or what is for somebody else', () => {
    const wrong = [
      'failure',
      '<html><body>502</body></html>',
      '<xml></xml>',
      reply('oA1b2').replace('hi', ' '),
      reply('oA1b2').replace('</xml>', ''),
      reply('oA1b2').replace('<CreateTime>1</CreateTime>', ''),
      reply('oA1b2').replace('gh_1', 'gh_2'),
      reply('oA1b2', 'image'),
      reply('oA1b2', 'news').replace(
        '</xml>',
        '<ArticleCount>2</ArticleCount><Articles><item><Title>a</Title></item></Articles></xml>',
      ),
      reply('oOther'),
      reply('oA1b2', 'poem'),
      JSON.stringify({ ToUserName: 'oA1b2', FromUserName: 'gh_1', MsgType: 'text' }),
      `<!DOCTYPE x>${reply('oA1b2')}`,
      '<xml>'.repeat(5000),
    ]
    for (const it of wrong) expect(() => inMode('plain')(it)).toThrow(WrongReply)
  })

  it('takes whole ones of each type, in milliseconds as well, and leaves out the prolog that libraries write', () => {
    const item = '<item><Title>a</Title><Url>b</Url></item>'
    const whole = [
      reply('oA1b2').replace('<CreateTime>1<', '<CreateTime>1767225600123<'),
      reply('oA1b2', 'image').replace('</xml>', '<Image><MediaId>m</MediaId></Image></xml>'),
      reply('oA1b2', 'music').replace('</xml>', '<Music><ThumbMediaId>m</ThumbMediaId></Music></xml>'),
      reply('oA1b2', 'news').replace(
        '</xml>',
        `<ArticleCount>2</ArticleCount><Articles>${item}${item}</Articles></xml>`,
      ),
      reply('oA1b2', 'news').replace('</xml>', `<ArticleCount>1</ArticleCount><Articles>${item}</Articles></xml>`),
      reply('oA1b2', 'transfer_customer_service'),
    ]
    for (const it of whole) expect(inMode('plain')(`<?xml version="1.0"?>\n${it}\n`)).toBe(it)
  })

  it('takes JSON for a push in JSON', () => {
    const json = JSON.stringify({
      ...{ ToUserName: 'oA1b2', FromUserName: 'gh_1', CreateTime: 1, MsgType: 'transfer_customer_service' },
    })
    expect(readReply(json, { ...who, isJson: true }, { keys, mode: 'plain' })).toBe(json)
    const sealed = sealReply(json, keys, stamp)
    expect(JSON.parse(sealed)).toMatchObject({ TimeStamp: 1767225600, Nonce: '4711' })
    expect(readReply(sealed, { ...who, isJson: true }, { keys, mode: 'secure' })).toBe(json)
  })
})

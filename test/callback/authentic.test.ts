import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createHandler } from '../../functions/callback.ts'
import { readPush } from '../../lib/callback/authenticate.ts'
import { encryptMessage } from '../../lib/callback/cipher.ts'
import { sign } from '../../local/wechat/signature.ts'
import { context, requestOf } from '../functions/context.ts'
import { runs } from '../runs.ts'
import '../seed.ts'
import { callbackKeys, eventMessage, mini, official, openCallback, textMessage } from './behind-us.ts'

const now = () => Date.parse('2026-11-29T00:00:00Z')
const stamp = { timestamp: `${now() / 1000}`, nonce: '4711' }
const signature = sign(callbackKeys.token, stamp.timestamp, stamp.nonce)
const verdictV1 = {
  MsgType: 'event',
  Event: 'wxa_media_check',
  isrisky: 0,
  extra_info_json: '',
  appid: mini.appid,
  trace_id: 't-1',
  status_code: 0,
}

/** A request in secure mode, or in plain text. */
function callOf(message: string, appid: string, isPlain = false) {
  if (isPlain) return { query: { ...stamp, signature, msg_signature: '' }, body: message }
  const encrypted = encryptMessage(message, { encodingAesKey: callbackKeys.encodingAesKey ?? '', appid })
  const msg_signature = sign(callbackKeys.token, stamp.timestamp, stamp.nonce, encrypted)
  const envelope = message.trimStart().startsWith('{')
    ? JSON.stringify({ ToUserName: 'gh_1', Encrypt: encrypted })
    : `<xml><ToUserName>gh_1</ToUserName><Encrypt><![CDATA[${encrypted}]]></Encrypt></xml>`
  return { query: { ...stamp, signature, encrypt_type: 'aes', msg_signature }, body: envelope }
}

describe('what is authentic is answered, passed on and told once, whatever it contains', () => {
  it.each([
    ['a document type in a text', textMessage('<!DOCTYPE html><html></html>'), official],
    ['a document type behind a text that ends its CDATA', textMessage('x]]><!DOCTYPE a>'), official],
    ['an entity in a text', textMessage('<!ENTITY lol "lol">&lol;'), official],
    ['an unknown event', eventMessage('something_new'), official],
    ['no MsgType', '<xml><ToUserName>gh_1</ToUserName></xml>', official],
    ['no field at all', '<xml></xml>', official],
    ['JSON from an account that pushes XML', '{"MsgType":"text","FromUserName":"oA1b2","MsgId":1}', official],
    ['XML from a mini program that pushes JSON', eventMessage('something_new'), mini],
    ['the first version of a content check', JSON.stringify(verdictV1), mini],
    ['a test of the URL by WeChat’s cloud', '{"action":"CheckContainerPath"}', mini],
    ['a push of a platform', '<xml><InfoType>authorized</InfoType></xml>', official],
    ['a follow without a person', '<xml><MsgType>event</MsgType><Event>subscribe</Event></xml>', official],
  ])('%s', async (_, message, app) => {
    for (const isPlain of [false, true]) {
      const { deps, queued, told } = openCallback([])
      const handler = createHandler(async () => ({
        ...deps,
        keys: async () => ({ ...callbackKeys, app }),
        replies: new Map(),
        forwarding: () => deps,
      }))
      const { query, body } = callOf(message, app.appid, isPlain)
      const seconds = Math.floor(Date.now() / 1000)
      const fresh = { ...query, timestamp: `${seconds}` }
      const again = isPlain
        ? {
            timestamp: fresh.timestamp,
            nonce: stamp.nonce,
            signature: sign(callbackKeys.token, fresh.timestamp, stamp.nonce),
          }
        : signedAgain(body, fresh)
      const answer = await handler(
        requestOf({ queryStringParameters: again, body, ...(app === mini ? { pathParameters: { app: 'mini' } } : {}) }),
        context,
      )
      expect([answer.statusCode, answer.body]).toEqual([200, 'success'])
      expect(queued.passOn).toEqual([expect.objectContaining({ to: 'subscribers', message, appid: app.appid })])
      expect(told.length).toBeLessThanOrEqual(1)
    }
  })

  function signedAgain(body: string, fresh: { timestamp: string; nonce: string }) {
    const encrypted = /Encrypt(?:><!\[CDATA\[|":")([A-Za-z0-9+/=]+)/.exec(body)?.[1] ?? ''
    return {
      ...fresh,
      signature: sign(callbackKeys.token, fresh.timestamp, fresh.nonce),
      msg_signature: sign(callbackKeys.token, fresh.timestamp, fresh.nonce, encrypted),
    }
  }
})

describe('what was changed on its way', () => {
  const { query, body } = callOf(eventMessage('subscribe'), official.appid)
  const encrypted = /CDATA\[([A-Za-z0-9+/=]+)/.exec(body)?.[1] ?? ''
  const base64 = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/']
  const keys = { ...callbackKeys, app: official }
  const isAccepted = (changed: Partial<typeof query>, text: string) => {
    try {
      readPush({ ...query, ...changed }, text, { keys, now })
      return true
    } catch {
      return false
    }
  }
  const letter = fc.constantFrom(...base64)
  const at = (text: string) => fc.nat(text.length - 1)
  const replaced = (text: string, index: number, by: string) => `${text.slice(0, index)}${by}${text.slice(index + 1)}`

  it('is the push itself unless a letter differs', () => {
    expect(isAccepted({}, body)).toBe(true)
  })

  it('is accepted never: a letter of the message, of a signature, of what is signed', () => {
    const inBody = fc
      .tuple(at(encrypted), letter)
      .filter(([index, by]) => encrypted[index] !== by)
      .map(([index, by]) => [{}, body.replace(encrypted, replaced(encrypted, index, by))] as const)
    const inQuery = fc
      .tuple(fc.constantFrom('signature', 'msg_signature', 'nonce', 'timestamp'), fc.nat(39), letter)
      .map(([name, index, by]) => [name, replaced(query[name], index % query[name].length, by)] as const)
      .filter(([name, value]) => value !== query[name])
      .map(([name, value]) => [{ [name]: value }, body] as const)
    const swapped = fc
      .tuple(fc.base64String({ minLength: 24 }), fc.constant({}))
      .map(([text]) => [{}, body.replace(encrypted, text)] as const)
    fc.assert(
      fc.property(fc.oneof(inBody, inQuery, swapped), ([changed, text]) => {
        expect(isAccepted(changed, text)).toBe(false)
      }),
      { numRuns: runs({ everyday: 2000, wide: Number(process.env.MUTATED_CALLBACKS ?? 100_000) }) },
    )
  })
})

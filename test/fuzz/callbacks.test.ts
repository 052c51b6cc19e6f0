import { createCipheriv, createHash } from 'node:crypto'

import fc from 'fast-check'
import { expect } from 'vitest'
import { appids, boxApps } from '../../kit/app.ts'
import type { App } from '../../lib/apps.ts'
import { type CallbackKeys, readPush } from '../../lib/callback/authenticate.ts'
import { decryptMessage } from '../../lib/callback/cipher.ts'
import { parsePush, type WeChatEvent } from '../../lib/callback/push.ts'
import { RequestError } from '../../lib/errors.ts'
import { isId } from '../../lib/identifiers.ts'
import { leaksIn } from '../canary.ts'
import pushed from '../wechat/pushed-events.json' with { type: 'json' }
import { fuzz, mutatedText } from './fuzz.ts'

const words = [
  ...['<xml>', '</xml>', '<Event>', '</Event>', '<![CDATA[', ']]>', '&lt;', '<!--', '-->', '<?xml?>', '<!DOCTYPE x>'],
  ...['<MsgType>event</MsgType>', '<__proto__>', '</__proto__>', ...'{}[]",:', '\\u0000', '9'.repeat(20)],
  ...['"Encrypt":"AAAA"', '<Encrypt>AAAA</Encrypt>', 'subscribe', '-1', '1e9', 'null', '""', '"__proto__":{}'],
  ...['\0', '\ud800'],
]
/** Those that something is done about are most of what comes. */
const known = /subscribe"|subscribe\]|SENDJOBFINISH|authorization_|media_check/
const bodies = pushed.map(it => it.body)
const recorded = fc.oneof(fc.constantFrom(...bodies), fc.constantFrom(...bodies.filter(it => known.test(it))))
const messages = mutatedText(recorded, words)
const lightly = mutatedText(recorded, words, 1)

/** Whether something is done about it; fails where it has not the shape that it promises. */
function isActedOn(event: WeChatEvent): boolean {
  if ('at' in event) expect(event.at).toBeLessThan(1e12)
  if ('openid' in event) expect([isId(event.openid), Number.isSafeInteger(event.at)]).toEqual([true, true])
  if (event.kind === 'erase' && event.unionid !== undefined) expect(isId(event.unionid)).toBe(true)
  if (event.kind === 'receipt') {
    expect(event.msgid).toMatch(/^\d{1,20}$/)
    expect(event.status.length).toBeLessThanOrEqual(200)
  }
  if (event.kind === 'image-verdict') {
    expect(event.verdict.traceId).toMatch(/^[\w-]{1,128}$/)
    expect(Number.isSafeInteger(event.verdict.errcode)).toBe(true)
    expect(['pass', 'review', 'risky']).toContain(event.verdict.suggest)
  }
  if (event.kind === 'other') expect(event.name.length).toBeLessThanOrEqual(100)
  if (event.kind === 'unreadable') expect([leaksIn(event.why), event.why.length < 300]).toEqual([[], true])
  return event.kind !== 'other' && event.kind !== 'unreadable'
}

/** Whether it is acted on; fails where anything but one of these refusals is thrown, or one that repeats what came. */
function take(read: () => WeChatEvent, codes: readonly string[]): boolean {
  try {
    return isActedOn(read())
  } catch (error) {
    if (!(error instanceof RequestError)) throw error
    expect(codes).toContain(error.code)
    expect(leaksIn(error.message)).toEqual([])
    expect(error.message.length).toBeLessThan(300)
    return false
  }
}

const nowMs = 1_767_225_600_000
const { official: officialAppid, mini: miniAppid } = appids
const [[official], [mini]] = [boxApps.officials, boxApps.minis]
const encodingAesKey = 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG'
const keys: CallbackKeys = {
  app: official,
  token: 'tokentoken',
  encodingAesKey,
  encryption: 'required',
}
const sign = (...parts: string[]) =>
  createHash('sha1')
    .update([...parts].sort().join(''))
    .digest('hex')
const signed = { timestamp: `${nowMs / 1000}`, nonce: '4711' }
const signature = sign(keys.token, signed.timestamp, signed.nonce)

function encrypted(plain: Buffer): string {
  const key = Buffer.from(`${encodingAesKey}=`, 'base64')
  const cipher = createCipheriv('aes-256-cbc', key, key.subarray(0, 16)).setAutoPadding(false)
  return Buffer.concat([cipher.update(plain), cipher.final()]).toString('base64')
}

/** As WeChat packs a message for an app. */
function packed(message: string, appid: string): Buffer {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(Buffer.byteLength(message))
  const content = Buffer.concat([Buffer.from('r'.repeat(16)), length, Buffer.from(message), Buffer.from(appid)])
  const padding = 32 - (content.byteLength % 32)
  return Buffer.concat([content, Buffer.alloc(padding, padding)])
}

fuzz('messages that WeChat pushes are read or called unreadable, whatever was done to them', messages, body =>
  isActedOn(parsePush(body).event),
)

const envelopes = fc.tuple(lightly, fc.integer({ min: 0, max: 9 }), fc.boolean()).map(([message, chance, isJson]) => {
  // Each app pushes in its own form, and sometimes in the other's name or to the other's callback.
  const app = message.startsWith('{') !== (chance === 0) ? mini : official
  const sealed = encrypted(packed(message, chance === 1 ? officialAppid : app.appid))
  const body = isJson
    ? JSON.stringify({ ToUserName: 'gh', Encrypt: sealed })
    : `<xml><ToUserName>gh</ToUserName><Encrypt><![CDATA[${sealed}]]></Encrypt></xml>`
  return { app, body, msg_signature: sign(keys.token, signed.timestamp, signed.nonce, sealed) }
})
const damaged = envelopes.chain(({ body, ...more }) =>
  mutatedText(fc.constant(body), words, 1).map(it => ({ body: it, ...more })),
)
fuzz(
  'encrypted callbacks are read or refused by name, wherever they were damaged',
  fc.oneof(envelopes, envelopes, damaged),
  ({ app, body, msg_signature }) => {
    const query = { ...signed, signature, msg_signature }
    return take(() => readPush(query, body, { keys: { ...keys, app }, now: () => nowMs }).event, ['callback-forged'])
  },
)

const blocks = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.tuple(messages, fc.constantFrom(officialAppid, officialAppid, miniAppid)).map(it => packed(...it)),
  },
  fc
    .uint8Array({ minLength: 1, maxLength: 100 })
    .map(it => Buffer.concat([it, Buffer.alloc(16)]).subarray(0, 16 * Math.ceil(it.length / 16))),
)
fuzz(
  'what is encrypted otherwise than WeChat does is decrypted or not, and never throws',
  fc.tuple(blocks, fc.nat(40), fc.integer({ min: 0, max: 255 })),
  ([plain, at, byte]) => {
    if (at < 20) plain[at] = byte
    const message = decryptMessage(encrypted(plain), encodingAesKey, officialAppid)
    if (message !== undefined) expect(Buffer.byteLength(message)).toBeLessThanOrEqual(3 * plain.length)
    return message !== undefined
  },
)

const open: CallbackKeys = { ...keys, encryption: 'optional' }
const apps = fc.constantFrom<App>(official, official, mini)
const other = fc.tuple(fc.string(), fc.string()).map(([timestamp, it]) => ({ ...signed, timestamp, signature: it }))
const queries = fc.oneof(
  { weight: 9, arbitrary: fc.constant({ ...signed, signature }) },
  { weight: 1, arbitrary: other },
)
fuzz('callbacks in plain text are read or refused by name', fc.tuple(queries, lightly, apps), ([query, body, app]) => {
  const codes = ['callback-unsigned', 'callback-stale']
  return take(() => readPush(query, body, { keys: { ...open, app }, now: () => nowMs }).event, codes)
})

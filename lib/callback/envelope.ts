/** Writes pushes as WeChat would send them to another server, and replies as WeChat takes them (docs/wechat.md 9.3, 9.4). */

import type { PushMode } from '../forward-url.ts'
import { encryptMessage } from './cipher.ts'
import { signMessage, signQuery } from './signature.ts'

/** Token and EncodingAESKey of one end of a push, and the app that it is of. */
export type PushKeys = { readonly token: string; readonly encodingAesKey?: string; readonly appid: string }

/** A moment and a number of our own, both as digits. */
export type Stamp = { readonly timestamp: string; readonly nonce: string }

/** A push: the message as WeChat wrote it, who it is from, the account's own id (gh_…), and how many of us handed it on before. */
export type Written = {
  readonly message: string
  readonly openid: string
  readonly toUserName: string
  readonly hops: number
}

/** The request that hands a push to a server: the query to add to its URL, the body, and how many hand it on by then. */
export type PushRequest = {
  readonly query: Readonly<Record<string, string>>
  readonly body: string
  readonly hops: number
}

/** Writes the request for a server with these keys; throws Error for an encrypted mode without a key. */
export function writePush(
  push: Written,
  keys: PushKeys,
  { mode, stamp }: { mode: PushMode; stamp: Stamp },
): PushRequest {
  const query = { ...signQuery(stamp, keys.token), ...(push.openid === '' ? {} : { openid: push.openid }) }
  const hops = push.hops + 1
  if (mode === 'plain') return { query, body: push.message, hops }
  const encrypted = encryptMessage(push.message, withKey(keys))
  return {
    query: { ...query, encrypt_type: 'aes', msg_signature: signMessage(stamp, encrypted, keys.token) },
    body: mode === 'secure' ? sealed(push, encrypted) : beside(push.message, encrypted),
    hops,
  }
}

/** Encrypts a passive reply in the form of the push that it answers. */
export function sealReply(reply: string, keys: PushKeys, stamp: Stamp): string {
  const Encrypt = encryptMessage(reply, withKey(keys))
  const MsgSignature = signMessage(stamp, Encrypt, keys.token)
  const { timestamp, nonce: Nonce } = stamp
  if (isJson(reply)) return JSON.stringify({ Encrypt, MsgSignature, TimeStamp: Number(timestamp), Nonce })
  const fields = [cdata('Encrypt', Encrypt), cdata('MsgSignature', MsgSignature), `<TimeStamp>${timestamp}</TimeStamp>`]
  return `<xml>${fields.join('')}${cdata('Nonce', Nonce)}</xml>`
}

/** Whether a message is JSON, which a mini program's console can choose, and not XML. */
export function isJson(message: string): boolean {
  return message.trimStart().startsWith('{')
}

function sealed({ message, toUserName }: Written, encrypted: string): string {
  if (isJson(message)) return JSON.stringify({ ToUserName: toUserName, Encrypt: encrypted })
  return `<xml>${cdata('ToUserName', toUserName)}${cdata('Encrypt', encrypted)}</xml>`
}

/** Adds the field to the message, whose other bytes stay as they are. */
function beside(message: string, encrypted: string): string {
  const end = message.lastIndexOf(isJson(message) ? '}' : '</xml>')
  const field = isJson(message) ? `,"Encrypt":${JSON.stringify(encrypted)}` : cdata('Encrypt', encrypted)
  return end < 0 ? message : `${message.slice(0, end)}${field}${message.slice(end)}`
}

/** Neither base64 nor digits can end a CDATA section. */
function cdata(name: string, text: string): string {
  return `<${name}><![CDATA[${text}]]></${name}>`
}

function withKey({ encodingAesKey, appid }: PushKeys): { encodingAesKey: string; appid: string } {
  if (encodingAesKey === undefined) throw new Error('an encrypted mode needs an EncodingAESKey')
  return { encodingAesKey, appid }
}

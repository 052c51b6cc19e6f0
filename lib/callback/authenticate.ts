/** Tells WeChat's callbacks from forged ones, and decrypts them (docs/wechat.md 9.2). */

import type { App } from '../apps.ts'
import { RequestError } from '../errors.ts'
import type { Now } from '../ports.ts'
import { decryptMessage, findEncrypted } from './cipher.ts'
import { type ParsedPush, parsePush, type WeChatEvent } from './push.ts'
import { type SignedQuery, verifyMessageSignature, verifySignature } from './signature.ts'

/** The query parameters that WeChat adds to the callback URL. */
export type CallbackQuery = SignedQuery & {
  readonly msg_signature?: string | undefined
  readonly echostr?: string | undefined
}

/** The console's settings of one app; where encryption is required and a key is set, a callback in plain text is refused. */
export type CallbackKeys = {
  readonly app: App
  readonly token: string
  readonly encodingAesKey?: string
  readonly encryption: 'required' | 'optional'
}

/** An authentic push: the plain message as WeChat wrote it, what it says, and how many of us handed it on before. */
export type Push = ParsedPush & { readonly message: string; readonly isEncrypted: boolean; readonly hops: number }

/** Far larger than any real event. */
const maxCallbackBytes = 64 * 1024
/** How old a signature may be, and how far ahead of our clock. */
const windowSeconds = 300

/** Answers WeChat's handshake with the bare echostr; throws RequestError unless WeChat signed it just now. */
export function answerHandshake(query: CallbackQuery, { token }: CallbackKeys, now: Now): string {
  if (!verifySignature(query, token)) throw forged('callback-unsigned', 401)
  checkTime(query.timestamp, now)
  return query.echostr ?? ''
}

/**
 * Authenticates and parses a callback; throws RequestError 401, 403 or 413 if it is not WeChat's. Whatever it says is no reason to
 * refuse it: WeChat would send the same twice more, and count it as a failure of this server.
 */
export function readPush(
  query: CallbackQuery,
  body: string,
  { keys, now, hops = 0 }: { readonly keys: CallbackKeys; readonly now: Now; readonly hops?: number },
): Push {
  if (Buffer.byteLength(body) > maxCallbackBytes) {
    throw new RequestError('body-too-large', 413, `A callback has at most ${maxCallbackBytes} bytes.`)
  }
  const isEncrypted = query.msg_signature !== undefined
  // In plain mode this is the only signature; an unsigned body is not even parsed.
  if (!isEncrypted || query.signature !== undefined) {
    if (!verifySignature(query, keys.token)) throw forged('callback-unsigned', 401)
  }
  checkTime(query.timestamp, now)
  const message = isEncrypted ? decrypted(query, body, keys) : requirePlainAllowed(body, keys)
  const { fields, event } = parsePush(message)
  return { message, isEncrypted, hops, fields, event: ofApp(event, keys.app) }
}

/** Each app may only report on its own users: a mini program's callback changes no follower and no receipt. */
const ofKind: Readonly<Record<App['kind'], ReadonlySet<WeChatEvent['kind']>>> = {
  official: new Set(['follow', 'unfollow', 'scan', 'receipt', 'erase', 'erase-pictures', 'other', 'unreadable']),
  mini: new Set(['image-verdict', 'erase', 'erase-pictures', 'other', 'unreadable']),
}

/** An app can speak of its own people only; an Official Account may pass on what somebody withdrew from a mini program. */
function ofApp(event: WeChatEvent, { kind, name, appid }: App): WeChatEvent {
  const isForeign = kind === 'mini' && 'appid' in event && event.appid !== appid
  return ofKind[kind].has(event.kind) && !isForeign
    ? event
    : { kind: 'other', name: `${event.kind} in the name of ${name}` }
}

function decrypted(query: CallbackQuery, body: string, { app, token, encodingAesKey }: CallbackKeys): string {
  if (encodingAesKey === undefined) throw forged('callback-forged', 403)
  const { msg_signature: signature, timestamp, nonce } = query
  // Before the signature is verified, nothing of the body is parsed or decrypted.
  const isSigned = (text: string) => verifyMessageSignature({ signature, timestamp, nonce }, text, token)
  const encrypted = findEncrypted(body).find(isSigned)
  const message = encrypted === undefined ? undefined : decryptMessage(encrypted, encodingAesKey, app.appid)
  if (message === undefined) throw forged('callback-forged', 403)
  return message
}

/** No signature covers a plain-text body (docs/wechat.md 9.2): with encryption set up it could be anybody's. */
function requirePlainAllowed(body: string, { encryption, encodingAesKey }: CallbackKeys): string {
  if (encryption === 'optional' || encodingAesKey === undefined) return body
  throw new RequestError(
    'callback-not-encrypted',
    403,
    'This deployment accepts encrypted callbacks only: choose the compatible or secure mode in the console.',
  )
}

function checkTime(timestamp: string | undefined, now: Now): void {
  const age = Math.abs(now() / 1000 - Number(timestamp))
  if (age <= windowSeconds) return
  throw new RequestError('callback-stale', 401, `The timestamp is more than ${windowSeconds} s off our clock.`)
}

function forged(code: 'callback-unsigned' | 'callback-forged', status: number): RequestError {
  return new RequestError(
    code,
    status,
    'This was not signed with the token, or not encrypted with the key, of this deployment.',
  )
}

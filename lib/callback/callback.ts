/** Receives WeChat's callbacks: authenticates and queues them. Nothing slow happens here: WeChat waits 5 s. */

import { RequestError } from '../errors.ts'
import type { Erasure, FollowerNews, News } from '../followers/follower-news.ts'
import type { AppId } from '../identifiers.ts'
import type { ImageCheckMessage } from '../images/ports.ts'
import type { Log, Now, Queue } from '../ports.ts'
import type { Receipt } from '../send/receipts.ts'
import { decryptMessage, findEncrypted } from './cipher.ts'
import { parseEvent, type WeChatEvent } from './push.ts'
import { type SignedQuery, verifyMessageSignature, verifySignature } from './signature.ts'

/** The query parameters that WeChat adds to the callback URL. */
export type CallbackQuery = SignedQuery & {
  readonly msg_signature?: string | undefined
  readonly echostr?: string | undefined
}

/** The settings of WeChat's console. If encryption is required and a key is set, plain-text callbacks are refused. */
export type CallbackKeys = {
  /** The Official Account's appid. */
  readonly appid: AppId
  /** The mini program's appid; its message push may use this URL too, with the same Token and EncodingAESKey. */
  readonly miniAppid?: AppId
  readonly token: string
  readonly encodingAesKey?: string
  readonly encryption: 'required' | 'optional'
}

export type CallbackDeps = {
  /** The Official Account's appid. */
  readonly appid: AppId
  readonly followers: Queue<News>
  readonly receipts: Queue<Receipt>
  /** Only if image checks are on. */
  readonly imageChecks?: Queue<ImageCheckMessage>
  readonly log: Log
}

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

/** Authenticates and parses a callback; throws RequestError 401 or 403 if it is not WeChat's, 400 for an attack. */
export function readEvent(
  query: CallbackQuery,
  body: string,
  { keys, now }: { keys: CallbackKeys; now: Now },
): WeChatEvent {
  if (Buffer.byteLength(body) > maxCallbackBytes) {
    throw new RequestError('body-too-large', 413, `A callback has at most ${maxCallbackBytes} bytes.`)
  }
  const isEncrypted = query.msg_signature !== undefined
  // In plain mode this is the only signature; an unsigned body is not even parsed.
  if (!isEncrypted || query.signature !== undefined) {
    if (!verifySignature(query, keys.token)) throw forged('callback-unsigned', 401)
  }
  checkTime(query.timestamp, now)
  if (!isEncrypted) {
    const event = parseEvent(requirePlainAllowed(body, keys))
    // A plain-text callback does not say which app it is for, and only the mini program gets image verdicts.
    return event.kind === 'image-verdict' ? ofMiniProgram(event, keys) : event
  }
  const { message, isMini } = decrypted(query, body, keys)
  const event = parseAuthentic(message)
  return isMini ? ofMiniProgram(event, keys) : ofOfficialAccount(event)
}

/** A decrypted message is from WeChat, whatever its form: if refused, it would be sent twice more. */
function parseAuthentic(message: string): WeChatEvent {
  try {
    return parseEvent(message)
  } catch (error) {
    if (error instanceof RequestError) return { kind: 'unreadable', why: error.message }
    throw error
  }
}

/** Each app may only report on its own users: a mini program's callback changes no follower and no receipt. */
function ofMiniProgram(event: WeChatEvent, { miniAppid }: CallbackKeys): WeChatEvent {
  if (event.kind === 'image-verdict' || event.kind === 'erase' || event.kind === 'erase-pictures') {
    const { appid = miniAppid } = event
    if (appid !== undefined && appid === miniAppid) return { ...event, appid }
  }
  const isOnlyLogged = event.kind === 'other' || event.kind === 'unreadable'
  return isOnlyLogged ? event : { kind: 'other', name: `${event.kind} in the name of the mini program` }
}

function ofOfficialAccount(event: WeChatEvent): WeChatEvent {
  if (event.kind !== 'image-verdict') return event
  return { kind: 'other', name: `${event.kind} in the name of the Official Account` }
}

/** Queues an event for the function that handles it; an event that nothing handles is only logged. */
export async function handleEvent(
  event: WeChatEvent,
  { appid, followers, receipts, imageChecks, log }: CallbackDeps,
): Promise<void> {
  switch (event.kind) {
    case 'follow':
    case 'unfollow':
      return followers.push([followerChangeOf(event)])
    case 'erase':
      return followers.push([{ change: 'erase', ...erasureOf(event, appid), isSecond: false }])
    case 'erase-pictures':
      return followers.push([{ change: 'erase-pictures', ...erasureOf(event, appid) }])
    case 'receipt':
      return receipts.push([{ msgid: event.msgid, status: event.status, at: event.at }])
    case 'image-verdict':
      if (imageChecks === undefined) return log.info('callback.ignored', { event: event.kind })
      return imageChecks.push([{ verdict: event.verdict }])
    case 'other':
      return log.info('callback.ignored', { event: event.name })
    // Refusing it would make WeChat send it twice more and mark this URL as broken (docs/wechat.md 9.6).
    case 'unreadable':
      return log.warn('callback.unreadable', { why: event.why })
  }
}

function followerChangeOf({ kind, openid, at }: Extract<WeChatEvent, { kind: 'follow' | 'unfollow' }>): FollowerNews {
  return { change: kind, openids: [openid], at }
}

type EraseEvent = Extract<WeChatEvent, { kind: 'erase' | 'erase-pictures' }>

/** If the event names another app than the account, its openid is that app's openid of the person. */
function erasureOf({ openid, unionid, at, appid: named }: EraseEvent, appid: AppId): Pick<Erasure, 'who' | 'at'> {
  const isOwn = named === undefined || named === appid
  const who = { ...(isOwn ? { openid } : { miniOpenid: openid }), ...(unionid === undefined ? {} : { unionid }) }
  return { who, at }
}

function decrypted(query: CallbackQuery, body: string, keys: CallbackKeys): { message: string; isMini: boolean } {
  const { token, encodingAesKey, appid, miniAppid } = keys
  if (encodingAesKey === undefined) throw forged('callback-forged', 403)
  const { msg_signature: signature, timestamp, nonce } = query
  // Before the signature is verified, nothing of the body is parsed or decrypted.
  const isSigned = (text: string) => verifyMessageSignature({ signature, timestamp, nonce }, text, token)
  const encrypted = findEncrypted(body).find(isSigned)
  if (encrypted === undefined) throw forged('callback-forged', 403)
  const message = decryptMessage(encrypted, encodingAesKey, appid)
  if (message !== undefined) return { message, isMini: false }
  const mini = miniAppid === undefined ? undefined : decryptMessage(encrypted, encodingAesKey, miniAppid)
  if (mini !== undefined) return { message: mini, isMini: true }
  throw forged('callback-forged', 403)
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

/** Takes what WeChat pushes: proves that it is from WeChat, and queues it. Nothing slow happens here: WeChat waits 5 s. */

import { RequestError } from '../errors.ts'
import type { Erasure, FollowerNews, News } from '../followers/follower-news.ts'
import type { AppId } from '../identifiers.ts'
import type { ImageCheckMessage } from '../images/ports.ts'
import type { Log, Now, Queue } from '../ports.ts'
import type { Receipt } from '../send/receipts.ts'
import { decryptMessage, findEncrypted } from './cipher.ts'
import { parseEvent, type WeChatEvent } from './push.ts'
import { type SignedQuery, verifyMessageSignature, verifySignature } from './signature.ts'

/** What WeChat puts into the URL of a callback. */
export type CallbackQuery = SignedQuery & {
  readonly msg_signature?: string | undefined
  readonly echostr?: string | undefined
}

/** The console's settings; where encryption is required and a key is set, a callback in plain text is refused. */
export type CallbackKeys = {
  /** The Official Account's. */
  readonly appid: AppId
  /** The mini program's, whose message push may come here too, with the same Token and EncodingAESKey. */
  readonly miniAppid?: AppId
  readonly token: string
  readonly encodingAesKey?: string
  readonly encryption: 'required' | 'optional'
}

export type CallbackDeps = {
  /** The Official Account's. */
  readonly appid: AppId
  readonly followers: Queue<News>
  readonly receipts: Queue<Receipt>
  /** Only where pictures are checked. */
  readonly imageChecks?: Queue<ImageCheckMessage>
  readonly log: Log
}

/** Far more than any event has. */
const maxCallbackBytes = 64 * 1024
/** A signature is good for so long, both ways: clocks differ a little. */
const windowSeconds = 300

/** Answers WeChat's handshake with the bare echostr; throws RequestError unless WeChat signed it just now. */
export function answerHandshake(query: CallbackQuery, { token }: CallbackKeys, now: Now): string {
  if (!verifySignature(query, token)) throw forged('callback-unsigned', 401)
  checkTime(query.timestamp, now)
  return query.echostr ?? ''
}

/** Proves and reads one delivery; throws RequestError 401 or 403 where it is not WeChat's, 400 where it may be an attack. */
export function readEvent(
  query: CallbackQuery,
  body: string,
  { keys, now }: { keys: CallbackKeys; now: Now },
): WeChatEvent {
  if (Buffer.byteLength(body) > maxCallbackBytes) {
    throw new RequestError('body-too-large', 413, `A callback has at most ${maxCallbackBytes} bytes.`)
  }
  const isEncrypted = query.msg_signature !== undefined
  // In plain mode this signature is the only one, and what is unsigned is not even parsed.
  if (!isEncrypted || query.signature !== undefined) {
    if (!verifySignature(query, keys.token)) throw forged('callback-unsigned', 401)
  }
  checkTime(query.timestamp, now)
  if (!isEncrypted) {
    const event = parseEvent(plain(body, keys))
    // In plain text nothing says whose push it is, and only one app's can be a verdict.
    return event.kind === 'image-verdict' ? ofMiniProgram(event, keys) : event
  }
  const { message, isMini } = decrypted(query, body, keys)
  const event = parseAuthentic(message)
  return isMini ? ofMiniProgram(event, keys) : ofOfficialAccount(event)
}

/** What was decrypted is WeChat's own, however it is built: a refusal would only bring it twice more. */
function parseAuthentic(message: string): WeChatEvent {
  try {
    return parseEvent(message)
  } catch (error) {
    if (error instanceof RequestError) return { kind: 'unreadable', why: error.message }
    throw error
  }
}

/** An app can speak of its own people only: what the mini program says changes no follower and no receipt. */
function ofMiniProgram(event: WeChatEvent, { miniAppid }: CallbackKeys): WeChatEvent {
  if (event.kind === 'image-verdict' || event.kind === 'erase' || event.kind === 'erase-pictures') {
    const { appid = miniAppid } = event
    if (appid !== undefined && appid === miniAppid) return { ...event, appid }
  }
  const isTold = event.kind === 'other' || event.kind === 'unreadable'
  return isTold ? event : { kind: 'other', name: `${event.kind} in the name of the mini program` }
}

function ofOfficialAccount(event: WeChatEvent): WeChatEvent {
  if (event.kind !== 'image-verdict') return event
  return { kind: 'other', name: `${event.kind} in the name of the Official Account` }
}

/** Queues an event for the function that acts on it; what nobody acts on is only told. */
export async function handleEvent(
  event: WeChatEvent,
  { appid, followers, receipts, imageChecks, log }: CallbackDeps,
): Promise<void> {
  switch (event.kind) {
    case 'follow':
    case 'unfollow':
      return followers.push([newsOf(event)])
    case 'erase':
      return followers.push([{ change: 'erase', ...wishOf(event, appid), isSecond: false }])
    case 'erase-pictures':
      return followers.push([{ change: 'erase-pictures', ...wishOf(event, appid) }])
    case 'receipt':
      return receipts.push([{ msgid: event.msgid, status: event.status, at: event.at }])
    case 'image-verdict':
      if (imageChecks === undefined) return log.info('callback.ignored', { event: event.kind })
      return imageChecks.push([{ verdict: event.verdict }])
    case 'other':
      return log.info('callback.ignored', { event: event.name })
    // To refuse it would bring it twice more, and make WeChat take this URL for a broken one (docs/wechat.md 9.6).
    case 'unreadable':
      return log.warn('callback.unreadable', { why: event.why })
  }
}

function newsOf({ kind, openid, at }: Extract<WeChatEvent, { kind: 'follow' | 'unfollow' }>): FollowerNews {
  return { change: kind, openids: [openid], at }
}

type EraseEvent = Extract<WeChatEvent, { kind: 'erase' | 'erase-pictures' }>

/** Where the event names another app than the account, its openid is the one by which that app knows the person. */
function wishOf({ openid, unionid, at, appid: named }: EraseEvent, appid: AppId): Pick<Erasure, 'who' | 'at'> {
  const isOwn = named === undefined || named === appid
  const who = { ...(isOwn ? { openid } : { miniOpenid: openid }), ...(unionid === undefined ? {} : { unionid }) }
  return { who, at }
}

function decrypted(query: CallbackQuery, body: string, keys: CallbackKeys): { message: string; isMini: boolean } {
  const { token, encodingAesKey, appid, miniAppid } = keys
  if (encodingAesKey === undefined) throw forged('callback-forged', 403)
  const { msg_signature: signature, timestamp, nonce } = query
  // Before it is verified nothing of the body is parsed, nor decrypted.
  const isSigned = (it: string) => verifyMessageSignature({ signature, timestamp, nonce }, it, token)
  const encrypted = findEncrypted(body).find(isSigned)
  if (encrypted === undefined) throw forged('callback-forged', 403)
  const message = decryptMessage(encrypted, encodingAesKey, appid)
  if (message !== undefined) return { message, isMini: false }
  const mini = miniAppid === undefined ? undefined : decryptMessage(encrypted, encodingAesKey, miniAppid)
  if (mini !== undefined) return { message: mini, isMini: true }
  throw forged('callback-forged', 403)
}

/** No signature covers a plain body (docs/wechat.md 9.2): where encryption was agreed on, it could be anybody's. */
function plain(body: string, { encryption, encodingAesKey }: CallbackKeys): string {
  if (encryption === 'optional' || encodingAesKey === undefined) return body
  throw new RequestError(
    'callback-not-encrypted',
    403,
    'This deployment takes encrypted callbacks only: choose the compatible or secure mode in the console.',
  )
}

function checkTime(timestamp: string | undefined, now: Now): void {
  const age = Math.abs(now() / 1000 - Number(timestamp))
  if (age <= windowSeconds) return
  throw new RequestError('callback-stale', 401, `The signature is more than ${windowSeconds} s off our clock.`)
}

function forged(code: 'callback-unsigned' | 'callback-forged', status: number): RequestError {
  return new RequestError(
    code,
    status,
    'This was not signed with the token, or not encrypted with the key, of this deployment.',
  )
}

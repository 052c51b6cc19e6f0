/** Receives WeChat's callbacks: authenticates and queues them. Nothing slow happens here: WeChat waits 5 s. */

import { type App, type AppName, type Apps, findApp, findAppById } from '../apps.ts'
import { RequestError } from '../errors.ts'
import type { FollowerNews, News } from '../followers/follower-news.ts'
import type { Address, OfficialAppId } from '../identifiers.ts'
import type { ImageCheckMessage } from '../images/ports.ts'
import { logOf } from '../of-app.ts'
import type { AppLog, Log, Now, Queue } from '../ports.ts'
import type { Receipt } from '../send/receipts.ts'
import { decryptMessage, findEncrypted } from './cipher.ts'
import { parseEvent, type WeChatEvent } from './push.ts'
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

export type CallbackDeps = {
  /** The app that the callback is of. */
  readonly app: App
  readonly apps: Apps
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

/** The app of a callback's path, the default Official Account without one; throws RequestError `app-invalid`. */
export function calledApp(apps: Apps, name: AppName | undefined): App {
  const app = name === undefined ? apps.officials[0] : findApp(apps, name)
  if (app === undefined) throw new RequestError('app-invalid', 404, 'No app of this deployment has this name.')
  return app
}

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
  return ofApp(
    isEncrypted ? parseAuthentic(decrypted(query, body, keys)) : parseEvent(requirePlainAllowed(body, keys)),
    keys.app,
  )
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
const ofKind: Readonly<Record<App['kind'], ReadonlySet<WeChatEvent['kind']>>> = {
  official: new Set(['follow', 'unfollow', 'receipt', 'erase', 'erase-pictures', 'other', 'unreadable']),
  mini: new Set(['image-verdict', 'erase', 'erase-pictures', 'other', 'unreadable']),
}

/** An app can speak of its own people only; an Official Account may pass on what somebody withdrew from a mini program. */
function ofApp(event: WeChatEvent, { kind, name, appid }: App): WeChatEvent {
  const isForeign = kind === 'mini' && 'appid' in event && event.appid !== appid
  return ofKind[kind].has(event.kind) && !isForeign
    ? event
    : { kind: 'other', name: `${event.kind} in the name of ${name}` }
}

/** Queues an event for the function that handles it; an event that nothing handles is only logged. */
export async function handleEvent(event: WeChatEvent, deps: CallbackDeps): Promise<void> {
  const { app, followers, receipts, imageChecks } = deps
  const log = logOf(app, deps.log)
  log.debug('callback.received', { event: event.kind })
  switch (event.kind) {
    case 'follow':
    case 'unfollow':
      return app.kind === 'official' ? followers.push([followerChangeOf(event, app.appid)]) : undefined
    case 'erase':
    case 'erase-pictures':
      return pushErasure(event, { ...deps, log })
    case 'receipt':
      if (app.kind !== 'official') return
      return receipts.push([{ official: app.appid, msgid: event.msgid, status: event.status, at: event.at }])
    case 'image-verdict':
      if (app.kind !== 'mini') return
      if (imageChecks === undefined) return log.info('callback.ignored', { event: event.kind })
      return imageChecks.push([{ mini: app.appid, verdict: event.verdict }])
    case 'other':
      return log.info('callback.ignored', { event: event.name })
    // Refusing it would make WeChat send it twice more and mark this URL as broken (docs/wechat.md 9.6).
    case 'unreadable':
      return log.warn('callback.unreadable', { why: event.why })
  }
}

type FollowEvent = Extract<WeChatEvent, { kind: 'follow' | 'unfollow' }>
type EraseEvent = Extract<WeChatEvent, { kind: 'erase' | 'erase-pictures' }>

function followerChangeOf({ kind, openid, at }: FollowEvent, official: OfficialAppId): FollowerNews {
  return { change: kind, official, openids: [openid], at }
}

async function pushErasure(
  event: EraseEvent,
  { app, apps, followers, log }: CallbackDeps & { readonly log: AppLog },
): Promise<void> {
  const who = addressesOf(event, namedIn(event, app, apps))
  if (who.length === 0) return log.warn('callback.ignored', { event: `${event.kind} of an app that is none of ours` })
  const { kind: change, at } = event
  await followers.push([change === 'erase' ? { change, who, at, isSecond: false } : { change, who, at }])
}

/** The app by whose openid an event names the person: the one that it came to, or a mini program. */
function namedIn({ appid }: EraseEvent, app: App, apps: Apps): App | undefined {
  if (appid === undefined || appid === app.appid) return app
  const named = findAppById(apps, appid)
  return named?.kind === 'mini' ? named : undefined
}

function addressesOf({ openid, unionid }: EraseEvent, app: App | undefined): Address[] {
  return [
    ...(app?.kind === 'official' ? [{ official: app.appid, openid }] : []),
    ...(app?.kind === 'mini' ? [{ mini: app.appid, miniOpenid: openid }] : []),
    ...(unionid === undefined ? [] : [{ unionid }]),
  ]
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

/** Parses the events that WeChat pushes (docs/wechat.md 9.7). All fields are untrusted. */

import * as v from 'valibot'
import { isScene, type Scene } from '../followers/scene.ts'
import { isId, type MiniOpenId, type OpenId, type UnionId } from '../identifiers.ts'
import type { ImageVerdict } from '../images/ports.ts'
import { templateNames } from '../send/kinds/template-names.ts'
import { parseBody, trimmed, UnreadableEvent } from './push-body.ts'
import { revokedBy } from './revoked-info.ts'

/** A parsed event; `at` is its CreateTime, in seconds by WeChat's clock. */
export type WeChatEvent =
  /** `scene` if they came by a follow code. */
  | { readonly kind: 'follow' | 'unfollow'; readonly openid: OpenId; readonly at: number; readonly scene?: Scene }
  /** A follower scanned a follow code. */
  | { readonly kind: 'scan'; readonly openid: OpenId; readonly at: number; readonly scene: Scene }
  | {
      /** Erase all data of the person, or only the pictures that they uploaded. */
      readonly kind: 'erase' | 'erase-pictures'
      /** The app that this openid belongs to; the account itself if absent. */
      readonly appid?: string
      readonly openid: OpenId & MiniOpenId
      readonly unionid?: UnionId
      readonly at: number
    }
  | { readonly kind: 'receipt'; readonly msgid: string; readonly status: string; readonly at: number }
  /** `appid` names the app that requested the check. */
  | { readonly kind: 'image-verdict'; readonly appid?: string; readonly verdict: ImageVerdict }
  /** No function handles it. */
  | { readonly kind: 'other'; readonly name: string }
  /** Retrying would not help: WeChat would send the same again. */
  | { readonly kind: 'unreadable'; readonly why: string }

/** What a push says, as WeChat gave it: MsgType, Event, EventKey, Content; all numbers are text. All of it is untrusted. */
export type PushFields = Readonly<Record<string, unknown>>

/** A parsed push; `fields` is empty if it cannot be read. */
export type ParsedPush = { readonly fields: PushFields; readonly event: WeChatEvent }

const text = v.string()
const instant = v.pipe(text, v.regex(/^\d{1,12}$/), v.transform(Number))
/** Not an object shape of the checker: it leaves out fields by such names as `constructor`. */
const anyFields = v.custom<PushFields>(it => typeof it === 'object' && it !== null && !Array.isArray(it))
const message = v.looseObject({ MsgType: v.optional(text), Event: v.optional(text) })
/** Messages without MsgType: a platform's own pushes, and the test requests of WeChat's cloud. */
const unnamed = v.looseObject({ InfoType: v.optional(text), action: v.optional(text) })
const follow = v.object({
  FromUserName: v.custom<OpenId>(isId),
  CreateTime: instant,
  EventKey: v.optional(v.unknown()),
})
const openid = v.custom<OpenId & MiniOpenId>(isId)
const appid = v.optional(v.pipe(text, v.maxLength(64)))
/** Who it is where `OpenID` names nobody. */
const sender = v.object({ FromUserName: openid })
const authorization = v.object({
  OpenID: v.optional(openid),
  AppID: appid,
  UnionID: v.optional(v.custom<UnionId>(isId)),
  CreateTime: instant,
})
const revocation = v.object({ RevokeInfo: v.optional(v.pipe(text, v.maxLength(200))) })
const receipt = v.object({
  MsgID: v.pipe(text, v.regex(/^\d{1,20}$/)),
  Status: v.pipe(text, v.maxLength(200)),
  CreateTime: instant,
})

const check = v.object({
  appid,
  trace_id: v.pipe(text, v.regex(/^[\w-]{1,128}$/)),
  errcode: v.optional(v.pipe(text, v.regex(/^-?\d{1,12}$/), v.transform(Number)), '0'),
})
const suggestion = v.object({ result: v.object({ suggest: v.picklist(['pass', 'review', 'risky']) }) })

type Reader = (fields: unknown) => WeChatEvent

const readers: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ['subscribe', fields => followOf('follow', checked(follow, fields))],
  ['unsubscribe', fields => followOf('unfollow', checked(follow, fields))],
  ['scan', scanOf],
  [templateNames.receiptEvent, fields => receiptOf(checked(receipt, fields))],
  ['user_authorization_revoke', revocationOf],
  ['user_authorization_cancellation', fields => erasureOf('erase', fields)],
  ['wxa_media_check', verdictOf],
])

/** Parses a push, and throws for none: what is not readable would not be if WeChat sent it again. */
export function parsePush(body: string): ParsedPush {
  let fields: PushFields = {}
  try {
    fields = checked(anyFields, parseBody(body))
    return { fields, event: read(checked(message, trimmed(fields))) }
  } catch (error) {
    if (error instanceof UnreadableEvent) return { fields, event: { kind: 'unreadable', why: error.message } }
    throw error
  }
}

function read(fields: v.InferOutput<typeof message>): WeChatEvent {
  const { MsgType, Event = '' } = fields
  if (MsgType === undefined) return otherOf(nameWithoutType(fields))
  if (MsgType !== 'event') return otherOf(MsgType)
  const reader = readers.get(Event.toLowerCase())
  return reader === undefined ? otherOf(Event.toLowerCase()) : reader(fields)
}

function nameWithoutType(fields: unknown): string {
  const { InfoType, action } = checked(unnamed, fields)
  return InfoType ?? (action === undefined ? 'a message without MsgType' : `action ${action}`)
}

function otherOf(name: string): WeChatEvent {
  return { kind: 'other', name: name.slice(0, 64) }
}

function followOf(
  kind: 'follow' | 'unfollow',
  { FromUserName, CreateTime, EventKey }: v.InferOutput<typeof follow>,
): WeChatEvent {
  const scene = typeof EventKey === 'string' ? EventKey.replace(/^qrscene_/, '') : undefined
  return { kind, openid: FromUserName, at: CreateTime, ...(kind === 'follow' && isScene(scene) ? { scene } : {}) }
}

/** A follower scanned a QR code of the account; any but ours is no matter of ours (docs/wechat.md 9.15). */
function scanOf(fields: unknown): WeChatEvent {
  const { FromUserName, CreateTime, EventKey } = checked(follow, fields)
  return isScene(EventKey) ? { kind: 'scan', openid: FromUserName, at: CreateTime, scene: EventKey } : otherOf('scan')
}

function receiptOf({ MsgID, Status, CreateTime }: v.InferOutput<typeof receipt>): WeChatEvent {
  return { kind: 'receipt', msgid: MsgID, status: Status, at: CreateTime }
}

/** If WeChat could not check the picture, any suggestion is ignored: a person has to look (docs/wechat.md 10.2). */
function verdictOf(fields: unknown): WeChatEvent {
  const { appid, trace_id: traceId, errcode } = checked(check, fields)
  const suggest = errcode === 0 ? checked(suggestion, fields).result.suggest : 'review'
  return { kind: 'image-verdict', verdict: { traceId, suggest, errcode }, ...(appid === undefined ? {} : { appid }) }
}

/** A person withdrew an authorisation, for all or part of their data. */
function revocationOf(fields: unknown): WeChatEvent {
  const { RevokeInfo } = checked(revocation, fields)
  const revoked = revokedBy(RevokeInfo)
  if (revoked === 'nothing') return otherOf(`user_authorization_revoke ${RevokeInfo}`)
  return erasureOf(revoked === 'everything' ? 'erase' : 'erase-pictures', fields)
}

/** If `OpenID` names the person, `FromUserName` is WeChat itself (docs/wechat.md 9.9), and may be of any form. */
function erasureOf(kind: 'erase' | 'erase-pictures', fields: unknown): WeChatEvent {
  const { OpenID, AppID, UnionID, CreateTime } = checked(authorization, fields)
  return {
    kind,
    openid: OpenID ?? checked(sender, fields).FromUserName,
    at: CreateTime,
    ...(AppID === undefined ? {} : { appid: AppID }),
    ...(UnionID === undefined ? {} : { unionid: UnionID }),
  }
}

function checked<T>(shape: v.GenericSchema<unknown, T>, input: unknown): T {
  const result = v.safeParse(shape, input, { abortEarly: true })
  if (result.success) return result.output
  throw new UnreadableEvent(`${v.getDotPath(result.issues[0]) ?? 'the message'} is missing or wrong`)
}

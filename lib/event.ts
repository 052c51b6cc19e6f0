/** The events that WeChat pushes: XML or JSON from outside, read with care. */

import { XMLParser } from 'fast-xml-parser'
import * as v from 'valibot'

import { RequestError } from './errors.ts'
import { isId, type MiniOpenId, type OpenId, type UnionId } from './identifiers.ts'
import type { ImageVerdict } from './image-ports.ts'
import { revokedBy } from './revoked-info.ts'

/** What an event says; `at` is its CreateTime, seconds by WeChat's clock. */
export type WeChatEvent =
  | { readonly kind: 'follow' | 'unfollow'; readonly openid: OpenId; readonly at: number }
  | {
      /** All that is kept of the person is to go, or only the pictures that they uploaded. */
      readonly kind: 'erase' | 'erase-pictures'
      /** The app that knows the person by this openid; the account's own if it is absent. */
      readonly appid?: string
      readonly openid: OpenId & MiniOpenId
      readonly unionid?: UnionId
      readonly at: number
    }
  | { readonly kind: 'receipt'; readonly msgid: string; readonly status: string; readonly at: number }
  /** `appid` names the app that had the picture checked. */
  | { readonly kind: 'image-verdict'; readonly appid?: string; readonly verdict: ImageVerdict }
  | { readonly kind: 'other'; readonly name: string }

/** Deeper than any message of WeChat's. */
const maxDepth = 8

const parser = new XMLParser({
  ignoreAttributes: true,
  // Everything stays text: MsgID has 64 bits.
  parseTagValue: false,
  // No entity is replaced, so none can grow.
  processEntities: false,
  maxNestedTags: maxDepth,
})

const text = v.string()
const instant = v.pipe(text, v.regex(/^\d{1,12}$/), v.transform(Number))
const message = v.looseObject({ MsgType: text, Event: v.optional(text) })
const follow = v.object({ FromUserName: v.custom<OpenId>(isId), CreateTime: instant })
const openid = v.custom<OpenId & MiniOpenId>(isId)
const appid = v.optional(v.pipe(text, v.maxLength(64)))
const authorization = v.object({
  FromUserName: openid,
  OpenID: v.optional(openid),
  AppID: appid,
  UnionID: v.optional(v.union([v.custom<UnionId>(isId), v.literal('')])),
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
  ['subscribe', fields => newsOf('follow', checked(follow, fields))],
  ['unsubscribe', fields => newsOf('unfollow', checked(follow, fields))],
  ['templatesendjobfinish', fields => receiptOf(checked(receipt, fields))],
  ['user_authorization_revoke', revocationOf],
  ['user_authorization_cancellation', fields => erasureOf('erase', checked(authorization, fields))],
  ['wxa_media_check', verdictOf],
])

/** Reads an event; throws RequestError `callback-malformed` and nothing else. */
export function parseEvent(body: string): WeChatEvent {
  const fields = checked(message, parseBody(body))
  const name = fields.MsgType === 'event' ? (fields.Event ?? '').toLowerCase() : fields.MsgType
  const read = fields.MsgType === 'event' ? readers.get(name) : undefined
  return read === undefined ? { kind: 'other', name: name.slice(0, 64) } : read(fields)
}

function newsOf(kind: 'follow' | 'unfollow', { FromUserName, CreateTime }: v.InferOutput<typeof follow>): WeChatEvent {
  return { kind, openid: FromUserName, at: CreateTime }
}

function receiptOf({ MsgID, Status, CreateTime }: v.InferOutput<typeof receipt>): WeChatEvent {
  return { kind: 'receipt', msgid: MsgID, status: Status, at: CreateTime }
}

/** Where WeChat could not check there may be no suggestion, and none may count: a person would have to look. */
function verdictOf(fields: unknown): WeChatEvent {
  const { appid, trace_id: traceId, errcode } = checked(check, fields)
  const suggest = errcode === 0 ? checked(suggestion, fields).result.suggest : 'review'
  return { kind: 'image-verdict', verdict: { traceId, suggest, errcode }, ...(appid === undefined ? {} : { appid }) }
}

/** A person withdrew an authorisation, for all or for a part of what they had given. */
function revocationOf(fields: unknown): WeChatEvent {
  const { RevokeInfo } = checked(revocation, fields)
  const revoked = revokedBy(RevokeInfo)
  if (revoked === 'nothing') return { kind: 'other', name: `user_authorization_revoke ${RevokeInfo}`.slice(0, 64) }
  return erasureOf(revoked === 'everything' ? 'erase' : 'erase-pictures', checked(authorization, fields))
}

/** `FromUserName` is WeChat's own sender where `OpenID` names the person. */
function erasureOf(
  kind: 'erase' | 'erase-pictures',
  { FromUserName, OpenID, AppID, UnionID, CreateTime }: v.InferOutput<typeof authorization>,
): WeChatEvent {
  return {
    kind,
    openid: OpenID ?? FromUserName,
    at: CreateTime,
    ...(AppID === undefined ? {} : { appid: AppID }),
    ...(UnionID === undefined || UnionID === '' ? {} : { unionid: UnionID }),
  }
}

/** A mini program may choose JSON in its console; it has the fields that XML has below its root. */
function parseBody(body: string): unknown {
  return trimmed(body.trimStart().startsWith('{') ? parseJson(body) : parseXml(body))
}

/** Without the blanks around names and texts: the JSON that WeChat's page "授权用户信息变更" shows has them (`" OpenID"`). */
function trimmed(value: unknown): unknown {
  if (typeof value === 'string') return value.trim()
  if (Array.isArray(value)) return value.map(trimmed)
  if (typeof value !== 'object' || value === null) return value
  const fields = Object.entries(value)
  const isBlank = ([name]: readonly [string, unknown]) => name !== name.trim()
  // Of two fields that differ by blanks alone the one without counts.
  const inOrder = [...fields.filter(isBlank), ...fields.filter(it => !isBlank(it))]
  return Object.fromEntries(inOrder.map(([name, it]) => [name.trim(), trimmed(it)]))
}

function parseJson(body: string): unknown {
  try {
    const parsed: unknown = JSON.parse(body, textOfNumber)
    if (!isDeeper(parsed, maxDepth)) return parsed
  } catch {
    // Told below; the parser's own words quote the input.
  }
  throw malformed('not JSON, or nested too deep')
}

/** Everything stays text, as in XML. */
function textOfNumber(_name: string, value: unknown, { source = '' }: { readonly source?: string } = {}): unknown {
  return typeof value === 'number' ? source : value
}

function isDeeper(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  return depth === 0 || Object.values(value).some(it => isDeeper(it, depth - 1))
}

function parseXml(xml: string): unknown {
  if (/<!DOCTYPE|<!ENTITY/i.test(xml)) throw malformed('a DOCTYPE is not accepted')
  try {
    const { xml: fields }: { xml?: unknown } = parser.parse(xml)
    return fields
  } catch {
    // The parser's own words quote the input, which may be anything.
    throw malformed('not XML, or nested too deep')
  }
}

function checked<T>(shape: v.GenericSchema<unknown, T>, input: unknown): T {
  const result = v.safeParse(shape, input, { abortEarly: true })
  if (result.success) return result.output
  throw malformed(`${v.getDotPath(result.issues[0]) ?? 'the message'} is missing or wrong`)
}

function malformed(what: string): RequestError {
  return new RequestError('callback-malformed', 400, `The callback cannot be read: ${what}.`)
}

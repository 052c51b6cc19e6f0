/** The events that WeChat pushes: XML from outside, read with care (CONTRACT.md section 11.6). */

import { XMLParser } from 'fast-xml-parser'
import * as v from 'valibot'

import { RequestError } from './errors.ts'
import { isId, type MiniOpenId, type OpenId, type UnionId } from './identifiers.ts'

/** What an event says; `at` is its CreateTime, seconds by WeChat's clock. */
export type WeChatEvent =
  | { readonly kind: 'follow' | 'unfollow'; readonly openid: OpenId; readonly at: number }
  | {
      readonly kind: 'erase'
      /** The app that knows the person by this openid; the account's own if it is absent. */
      readonly appid?: string
      readonly openid: OpenId & MiniOpenId
      readonly unionid?: UnionId
      readonly at: number
    }
  | { readonly kind: 'receipt'; readonly msgid: string; readonly status: string; readonly at: number }
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
const message = v.object({ xml: v.looseObject({ MsgType: v.optional(text), Event: v.optional(text) }) })
const envelope = v.object({ xml: v.looseObject({ Encrypt: v.optional(v.pipe(text, v.maxLength(100_000))) }) })
const follow = v.object({ FromUserName: v.custom<OpenId>(isId), CreateTime: instant })
const openid = v.custom<OpenId & MiniOpenId>(isId)
const authorization = v.object({
  FromUserName: openid,
  OpenID: v.optional(openid),
  AppID: v.optional(v.pipe(text, v.maxLength(64))),
  UnionID: v.optional(v.union([v.custom<UnionId>(isId), v.literal('')])),
  CreateTime: instant,
})
const receipt = v.object({
  MsgID: v.pipe(text, v.regex(/^\d{1,20}$/)),
  Status: v.pipe(text, v.maxLength(200)),
  CreateTime: instant,
})

/** Reads an event; throws RequestError `callback-malformed` and nothing else. */
export function parseEvent(xml: string): WeChatEvent {
  const fields = checked(message, parseXml(xml)).xml
  const name = fields.MsgType === 'event' ? (fields.Event ?? '').toLowerCase() : (fields.MsgType ?? '')
  if (name === 'subscribe' || name === 'unsubscribe') {
    const { FromUserName, CreateTime } = checked(follow, fields)
    return { kind: name === 'subscribe' ? 'follow' : 'unfollow', openid: FromUserName, at: CreateTime }
  }
  if (name === 'templatesendjobfinish') {
    const { MsgID, Status, CreateTime } = checked(receipt, fields)
    return { kind: 'receipt', msgid: MsgID, status: Status, at: CreateTime }
  }
  if (name === 'user_authorization_revoke' || name === 'user_authorization_cancellation') {
    return erasureOf(checked(authorization, fields))
  }
  return { kind: 'other', name: name.slice(0, 64) }
}

/** A person withdrew an authorisation, or closed their WeChat account: what is kept of them must go. */
function erasureOf({
  FromUserName,
  OpenID,
  AppID,
  UnionID,
  CreateTime,
}: v.InferOutput<typeof authorization>): WeChatEvent {
  return {
    kind: 'erase',
    openid: OpenID ?? FromUserName,
    at: CreateTime,
    ...(AppID === undefined ? {} : { appid: AppID }),
    ...(UnionID === undefined || UnionID === '' ? {} : { unionid: UnionID }),
  }
}

/** Reads the `Encrypt` field of a callback body, if it has one; throws like parseEvent. */
export function encryptedOf(xml: string): string | undefined {
  return checked(envelope, parseXml(xml)).xml.Encrypt
}

function parseXml(xml: string): unknown {
  if (/<!DOCTYPE|<!ENTITY/i.test(xml)) throw malformed('a DOCTYPE is not accepted')
  try {
    return parser.parse(xml)
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

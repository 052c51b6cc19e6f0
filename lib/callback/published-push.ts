/** The form in which pushes are published (docs/callbacks.md). */

import { createHash } from 'node:crypto'
import type { AppId } from '../identifiers.ts'
import { type PushFields, parsePush } from './push.ts'

/** A push as it waits to be passed on: the plain message as it came, when, in milliseconds, and how many of us handed it on before. */
export type KeptPush = {
  readonly appid: AppId
  readonly message: string
  readonly at: number
  readonly hops: number
}

/** A push for those who listen: `type` is `wechat.<MsgType>`, or `wechat.<Event>` of an event. */
export type PublishedPush = { readonly type: string; readonly detail: PushDetail }

/** `id` is the same for each repeat of a push; `push` has WeChat's own fields, all numbers as text. */
type PushDetail = {
  readonly id: string
  readonly account: string
  readonly openid?: string
  readonly receivedAt: string
  readonly push?: PushFields
  /** In place of `push`: a message that cannot be read. */
  readonly text?: string
}

/** Reads a kept push into the form in which it is published. */
export function publishedPush(
  { message, at }: Pick<KeptPush, 'message' | 'at'>,
  { name: account, appid }: { readonly name: string; readonly appid: string },
): PublishedPush {
  const receivedAt = new Date(at).toISOString()
  const fields = fieldsIn(message)
  if (fields === undefined) {
    return { type: 'wechat.unreadable', detail: { id: pushId(appid, message), account, receivedAt, text: message } }
  }
  const { FromUserName: openid } = fields
  const who = isText(openid) ? { openid } : {}
  return { type: typeOf(fields), detail: { id: idOf(appid, fields), account, ...who, receivedAt, push: fields } }
}

/** The same for each repeat of a push by WeChat (docs/wechat.md 9.5), and for no other push. */
export function pushKey({ appid, message }: Pick<KeptPush, 'appid' | 'message'>): string {
  const fields = fieldsIn(message)
  return fields === undefined ? pushId(appid, message) : idOf(appid, fields)
}

/**
 * A message has its MsgId. An event has its person, time and name; its other fields count too, because one person may cause two
 * events of one name within a second.
 */
function idOf(appid: string, fields: PushFields): string {
  const { MsgType, MsgId, FromUserName } = fields
  return pushId(appid, JSON.stringify(MsgType !== 'event' && isText(MsgId) ? [MsgId, FromUserName] : fields))
}

function pushId(appid: string, key: string): string {
  return createHash('sha256').update(`${appid}\n${key}`).digest('hex').slice(0, 32)
}

/** EventBridge takes 128 characters. */
function typeOf({ MsgType, Event, InfoType }: PushFields): string {
  const name = MsgType === 'event' ? Event : isText(MsgType) ? MsgType : InfoType
  return `wechat.${isText(name) ? name.slice(0, 100) : 'unknown'}`
}

/** Undefined for what no parser takes; the callback has logged it. */
function fieldsIn(message: string): PushFields | undefined {
  const { fields, event } = parsePush(message)
  return event.kind === 'unreadable' && Object.keys(fields).length === 0 ? undefined : fields
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}

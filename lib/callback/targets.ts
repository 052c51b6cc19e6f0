/** To which servers behind us a push goes, and which of them WeChat's answer may come from. */

import type { ForwardTarget } from '../forward-target.ts'
import type { PushFields } from './push.ts'

/** Events to which WeChat takes no reply: nobody waits for a server's answer. */
const silent: ReadonlySet<string> = new Set([
  ...['unsubscribe', 'templatesendjobfinish', 'masssendjobfinish', 'wxa_media_check'],
  ...['subscribe_msg_popup_event', 'subscribe_msg_change_event', 'subscribe_msg_sent_event'],
  ...['user_info_modified', 'user_authorization_revoke', 'user_authorization_cancellation'],
])

/** The targets of a push: the one whose answer is awaited, if any, and those that get it afterwards. */
export type Targets = { readonly answering?: ForwardTarget; readonly others: readonly ForwardTarget[] }

/** Chooses among the targets of an app; the first that takes the push and answers is the one that is asked. */
export function targetsOf(fields: PushFields, targets: readonly ForwardTarget[]): Targets {
  const taking = targets.filter(it => takes(it, fields))
  const answering = mayBeAnswered(fields) ? taking.find(it => it.answers) : undefined
  return { others: taking.filter(it => it !== answering), ...(answering === undefined ? {} : { answering }) }
}

function mayBeAnswered({ MsgType, Event }: PushFields): boolean {
  return MsgType !== 'event' || !silent.has(lower(Event))
}

function takes({ only }: ForwardTarget, { MsgType, Event }: PushFields): boolean {
  if (only === undefined) return true
  return isOneOf(only.MsgType, MsgType) || isOneOf(only.Event, Event)
}

function isOneOf(wanted: readonly string[] | undefined, value: unknown): boolean {
  return wanted?.some(it => lower(it) === lower(value)) ?? false
}

/** WeChat's pages differ in the case of their events. */
function lower(value: unknown): string {
  return typeof value === 'string' ? value.toLowerCase() : ''
}

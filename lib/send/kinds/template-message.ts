/** The Official Account's template message: everything specific to this kind. */

import { hash } from 'node:crypto'
import { isDuplicate } from '../../errcode.ts'
import { reachOf } from '../../followers/link.ts'
import type { OpenId } from '../../identifiers.ts'
import type { OutgoingMessage } from '../../ports.ts'
import { windowMs } from '../uncertainty.ts'
import type { Message, MessageKind } from './kind.ts'
import { parseTemplateMessage } from './template-event.ts'
import { templateNames } from './template-names.ts'

const sameId = 45065
const notFollowing = 43004
/** The mini program's page does not exist in its released version, or the mini program is not linked to the account. */
const pageRefusals: ReadonlySet<number> = new Set([40013, 40165, 40166])

export const templateMessage: MessageKind = {
  api: templateNames.api,
  windowMs,
  parse: parseTemplateMessage,
  recipientOf(person) {
    const reach = reachOf(person)
    if (reach === 'reachable' && person.openid !== undefined) return { openid: person.openid }
    // Who follows just now may not be linked yet.
    return { reason: reach, isCertain: reach !== 'unknown' && reach !== 'not-following' }
  },
  gateOf: deps => deps.gate,
  accessTokensOf: deps => deps.accessTokens,
  call: (message, { openid, token }, { wechat }) => wechat.sendTemplate(token, outgoingOf(message, openid)),
  // 45065 goes by the client_msg_id, which is this event's alone; 40241 by what the message says.
  isDuplicate: (errcode, mayBeSent) => isDuplicate(errcode) && (errcode === sameId || mayBeSent),
  isNotFollowing: errcode => errcode === notFollowing,
  withoutPage({ page, ...message }, errcode) {
    const isRefused = page !== undefined && pageRefusals.has(errcode)
    return message.pageIsOptional && isRefused ? message : undefined
  },
}

/**
 * Derived from the event's id and never random: within ten minutes WeChat sends the same id to one openid once
 * (docs/wechat.md 6.2).
 */
export function clientMsgIdOf(eventId: string): string {
  return hash('sha256', eventId).slice(0, 32)
}

function outgoingOf({ id, templateId, data, page, url }: Message, openid: OpenId): OutgoingMessage {
  return {
    openid,
    templateId,
    data,
    clientMsgId: clientMsgIdOf(id),
    ...(page === undefined ? {} : { page }),
    ...(url === undefined ? {} : { url }),
  }
}

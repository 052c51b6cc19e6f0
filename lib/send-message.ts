/** One template message to one person: the call, and what WeChat's answer means for the event. */

import { createHash } from 'node:crypto'

import type { AccessTokenSource } from './access-token.ts'
import type { Delivery } from './delivery.ts'
import { TransportError, WeChatError } from './errors.ts'
import type { AppId, OpenId } from './identifiers.ts'
import type { Person } from './link.ts'
import type { Log, Now, OutgoingMessage, WeChat } from './ports.ts'
import { secondsToReset } from './quota-reset.ts'
import type { TemplateMessage } from './template-message.ts'
import { withAccessToken } from './with-access-token.ts'

export type MessageDeps = {
  readonly wechat: Pick<WeChat, 'sendTemplate'>
  readonly accessTokens: AccessTokenSource
  readonly miniAppid: AppId
  readonly now: Now
  readonly random: () => number
  readonly log: Log
}

/** `refused` and `parked` were surely not sent; after `unanswered` nobody knows. */
export type SendOutcome =
  | { readonly kind: 'ended'; readonly state: EndState; readonly facts: DeliveryFacts }
  | { readonly kind: 'parked'; readonly delaySeconds: number; readonly facts: DeliveryFacts }
  | { readonly kind: 'refused' | 'unanswered'; readonly delaySeconds: number }

type EndState = 'accepted' | 'dropped' | 'rejected' | 'in-doubt'
export type DeliveryFacts = Pick<Delivery, 'reason' | 'errcode' | 'rid' | 'msgid'>

/** SQS holds a message back for no longer. */
export const maxDelaySeconds = 900
/** The name of the call, as the client's errors carry it. */
const sendApi = 'template/send'
/** Somebody must mend the deployment first: trying more often only adds noise. */
const configDelaySeconds = 300

/** Sends one message to a person who can be reached, and answers what came of it. */
export async function sendMessage(
  message: TemplateMessage,
  person: Person | undefined,
  deps: MessageDeps,
): Promise<SendOutcome> {
  const openid = person?.openid
  if (openid === undefined) return ended('dropped', { reason: 'unknown' })
  const outgoing = outgoingOf(message, openid, deps.miniAppid)
  try {
    const msgid = await withAccessToken(deps.accessTokens, token => deps.wechat.sendTemplate(token, outgoing))
    return ended('accepted', { msgid })
  } catch (error) {
    if (!(error instanceof WeChatError || error instanceof TransportError)) throw error
    // Without a token the message itself never left.
    if (error.api !== sendApi) return outcomeWithoutToken(error, deps)
    return error instanceof WeChatError ? outcomeOf(error, deps) : outcomeOfSilence(error, deps)
  }
}

/** Derived from the event's id and never random: within ten minutes WeChat sends the same id to one openid once. */
export function clientMsgIdOf(eventId: string): string {
  return createHash('sha256').update(eventId).digest('hex').slice(0, 32)
}

function outgoingOf(message: TemplateMessage, openid: OpenId, miniAppid: AppId): OutgoingMessage {
  return {
    openid,
    templateId: message.templateId,
    data: message.data,
    clientMsgId: clientMsgIdOf(message.id),
    ...(message.page === undefined ? {} : { page: { miniAppid, path: message.page } }),
    ...(message.url === undefined ? {} : { url: message.url }),
  }
}

function outcomeOf(error: WeChatError, deps: MessageDeps): SendOutcome {
  const { errcode, rid } = error
  const facts = { reason: error.message.slice(0, 200), errcode, ...(rid === undefined ? {} : { rid }) }
  switch (error.class) {
    case 'permanent-recipient':
      return ended('dropped', facts)
    case 'permanent-request':
      return ended('rejected', facts)
    case 'quota':
      return outcomeOfQuota(errcode, facts, deps.now())
    case 'config':
    case 'token-invalid':
      deps.log.error('send.config', { error })
      return { kind: 'refused', delaySeconds: configDelaySeconds }
    default:
      deps.log.warn('send.unanswered', { error })
      return { kind: 'unanswered', delaySeconds: retryDelay(deps.random) }
  }
}

function outcomeWithoutToken(error: WeChatError | TransportError, { log, random }: MessageDeps): SendOutcome {
  log.error('send.no-token', { error })
  return { kind: 'refused', delaySeconds: error.class === 'transient' ? retryDelay(random) : configDelaySeconds }
}

function outcomeOfQuota(errcode: number, facts: DeliveryFacts, now: number): SendOutcome {
  const delaySeconds = Math.min(secondsToReset(errcode, now), maxDelaySeconds)
  return errcode === 45011 ? { kind: 'refused', delaySeconds } : { kind: 'parked', delaySeconds, facts }
}

function outcomeOfSilence(error: TransportError, deps: MessageDeps): SendOutcome {
  deps.log.warn('send.unanswered', { error })
  const delaySeconds = retryDelay(deps.random)
  return { kind: error.isUnsent ? 'refused' : 'unanswered', delaySeconds }
}

/** Half a minute, spread out, so that what failed together does not come back together. */
function retryDelay(random: () => number): number {
  return 20 + Math.floor(random() * 20)
}

function ended(state: EndState, facts: DeliveryFacts): SendOutcome {
  return { kind: 'ended', state, facts }
}

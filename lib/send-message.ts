/** One template message to one person: the call, and what WeChat's answer means for the event. */

import { hash } from 'node:crypto'

import type { AccessTokenSource } from './access-token.ts'
import type { Wait } from './batch-pace.ts'
import type { Delivery } from './delivery.ts'
import { TransportError, WeChatError } from './errors.ts'
import type { FollowerNews } from './follower-news.ts'
import type { AppId, OpenId } from './identifiers.ts'
import type { Log, Now, OutgoingMessage, Queue, WeChat } from './ports.ts'
import { secondsToReset } from './quota-reset.ts'
import type { TemplateMessage } from './template-message.ts'
import { withAccessToken } from './with-access-token.ts'

export type MessageDeps = {
  readonly wechat: Pick<WeChat, 'sendTemplate'>
  readonly accessTokens: AccessTokenSource
  readonly miniAppid: AppId
  /** The queue of followers, told of whom WeChat says that they do not follow. */
  readonly followers: Pick<Queue, 'push'>
  readonly now: Now
  readonly log: Log
}

/**
 * `refused` was surely not sent, and comes again after the seconds at least, or when its wait is over; after `unanswered` nobody knows; `parked`
 * waits until the quota behind the errcode is filled again.
 */
export type SendOutcome =
  | { readonly kind: 'ended'; readonly state: EndState; readonly facts: DeliveryFacts }
  | { readonly kind: 'parked'; readonly facts: DeliveryFacts & { readonly errcode: number } }
  | { readonly kind: 'refused'; readonly leastSeconds: number; readonly why: string; readonly wait?: Wait }
  | { readonly kind: 'unanswered' }

type EndState = 'accepted' | 'dropped' | 'rejected' | 'in-doubt'
export type DeliveryFacts = Pick<Delivery, 'reason' | 'errcode' | 'rid' | 'msgid'>

/** The name of the call, as the client's errors carry it. */
const sendApi = 'template/send'
/** Somebody must mend the deployment first: trying more often only adds noise. */
const configSeconds = 150
/** The mini program's page does not exist in its released version, or the mini program is not linked to the account. */
const pageRefusals: ReadonlySet<number> = new Set([40165, 40166])
const notFollowing = 43004

/** Sends one message to a person who can be reached, and answers what came of it. */
export async function sendMessage(message: TemplateMessage, openid: OpenId, deps: MessageDeps): Promise<SendOutcome> {
  const outgoing = outgoingOf(message, openid, deps.miniAppid)
  try {
    return ended('accepted', { msgid: await send(outgoing, deps) })
  } catch (error) {
    if (!isOfWeChat(error)) throw error
    if (message.pageIsOptional && error instanceof WeChatError && pageRefusals.has(error.errcode)) {
      return sendWithoutPage(outgoing, error, deps)
    }
    return outcomeOf(error, openid, deps)
  }
}

/** Derived from the event's id and never random: within ten minutes WeChat sends the same id to one openid once. */
export function clientMsgIdOf(eventId: string): string {
  return hash('sha256', eventId).slice(0, 32)
}

function send(outgoing: OutgoingMessage, { accessTokens, wechat }: MessageDeps): Promise<string> {
  return withAccessToken(accessTokens, token => wechat.sendTemplate(token, outgoing))
}

/** Once, if the template's policy says that the message matters more than its page. */
async function sendWithoutPage(
  { page: _, ...outgoing }: OutgoingMessage,
  { errcode, rid }: WeChatError,
  deps: MessageDeps,
): Promise<SendOutcome> {
  deps.log.warn('send.without-page', { errcode, rid })
  try {
    const msgid = await send(outgoing, deps)
    return ended('accepted', { msgid, errcode, reason: 'sent without its page, which WeChat refused' })
  } catch (error) {
    if (!isOfWeChat(error)) throw error
    return outcomeOf(error, outgoing.openid, deps)
  }
}

function isOfWeChat(error: unknown): error is WeChatError | TransportError {
  return error instanceof WeChatError || error instanceof TransportError
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

async function outcomeOf(error: WeChatError | TransportError, openid: OpenId, deps: MessageDeps): Promise<SendOutcome> {
  // Without a token the message itself never left.
  if (error.api !== sendApi) return withoutToken(error, deps)
  if (error instanceof TransportError) return outcomeOfSilence(error, deps)
  if (error.errcode === notFollowing) await lookAgain(openid, deps)
  return outcomeOfRefusal(error, deps)
}

function outcomeOfRefusal(error: WeChatError, deps: MessageDeps): SendOutcome {
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
      return { kind: 'refused', leastSeconds: configSeconds, why: `config: ${errcode}` }
    default:
      deps.log.warn('send.unanswered', { error })
      return { kind: 'unanswered' }
  }
}

function withoutToken(error: WeChatError | TransportError, { log }: MessageDeps): SendOutcome {
  log.error('send.no-token', { error })
  const isPassing = error.class === 'transient'
  return { kind: 'refused', leastSeconds: isPassing ? 0 : configSeconds, why: isPassing ? 'no token' : 'config' }
}

function outcomeOfQuota(errcode: number, facts: DeliveryFacts, now: number): SendOutcome {
  if (errcode !== minuteQuota) return { kind: 'parked', facts: { ...facts, errcode } }
  return { kind: 'refused', leastSeconds: secondsToReset(errcode, now), why: minuteFull }
}

const minuteQuota = 45011
/** Why a message waits for another minute. */
export const minuteFull = 'minute quota'

function outcomeOfSilence(error: TransportError, { log }: MessageDeps): SendOutcome {
  log.warn('send.unanswered', { error })
  return error.isUnsent ? { kind: 'refused', leastSeconds: 0, why: error.failure } : { kind: 'unanswered' }
}

/** WeChat says that they do not follow, our link says they do: WeChat is asked, and its answer corrects the link. */
async function lookAgain(openid: OpenId, { followers, log }: MessageDeps): Promise<void> {
  const news = { change: 'follow', openids: [openid], at: 0 } satisfies FollowerNews
  try {
    await followers.push([news])
  } catch (error) {
    // The message has its outcome; the next walk corrects the link as well.
    log.warn('send.link-not-corrected', { error })
  }
}

function ended(state: EndState, facts: DeliveryFacts): SendOutcome {
  return { kind: 'ended', state, facts }
}

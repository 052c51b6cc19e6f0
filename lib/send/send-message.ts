/** One template message to one person: the call, and what WeChat's answer means for the event. */

import { hash } from 'node:crypto'
import { isDuplicate, isKnown, secondsUntilLater } from '../errcode.ts'
import { TransportError, WeChatError } from '../errors.ts'
import type { FollowerNews } from '../followers/follower-news.ts'
import type { AppId, OpenId } from '../identifiers.ts'
import type { Log, Now, OutgoingMessage, Queue, WeChat } from '../ports.ts'
import { secondsToReset } from '../quota-reset.ts'
import type { AccessTokenSource } from '../tokens/access-token.ts'
import { withAccessToken } from '../tokens/with-access-token.ts'
import type { Delivery } from './delivery.ts'
import { type PutOff, putOffFor, putOffForOurs } from './put-offs.ts'
import type { TemplateMessage } from './template-message.ts'
import type { PossibleSend } from './uncertainty.ts'
import { reasonOf, type WaitReason, wechatAway } from './waiting.ts'

export type MessageDeps = {
  readonly wechat: Pick<WeChat, 'sendTemplate'>
  readonly accessTokens: AccessTokenSource
  readonly miniAppid: AppId
  /** The queue of followers, told of whom WeChat says that they do not follow. */
  readonly followers: Queue<FollowerNews>
  readonly now: Now
  readonly log: Log
}

/**
 * `refused` was surely not sent by this try, and comes again; after `unanswered` nobody knows; `parked` waits until there
 * is quota again behind the errcode.
 *
 * `possibleSend` is set where the message may be on the phone although this outcome does not say so.
 */
export type SendOutcome = { readonly possibleSend?: PossibleSend } & (
  | { readonly kind: 'ended'; readonly state: EndState; readonly facts: DeliveryFacts }
  | { readonly kind: 'parked'; readonly facts: DeliveryFacts & { readonly errcode: number } }
  | PutOff
  | { readonly kind: 'unanswered'; readonly possibleSend: PossibleSend }
)

type EndState = 'accepted' | 'dropped' | 'rejected' | 'in-doubt'
export type DeliveryFacts = Pick<Delivery, 'reason' | 'errcode' | 'rid' | 'msgid'>

/** The name of the call, as the client's errors carry it. */
const sendApi = 'template/send'
/** The mini program's page does not exist in its released version, or the mini program is not linked to the account. */
const pageRefusals: ReadonlySet<number> = new Set([40013, 40165, 40166])
const notFollowing = 43004

/** What is known of earlier calls for a message, and what must be done before one. */
export type Before = {
  /** Whether one of them may have sent it. */
  readonly isUncertain: boolean
  /** Awaited before each call; what it throws as a TransportError was not called. */
  readonly begin: () => Promise<void>
}

/** `id` is the event's; `isLost` is set once a call was made that no answer tells of: it may have sent the message. */
type Try = MessageDeps & Before & { readonly id: string; readonly startedAt: number; isLost: boolean }

/** Sends one message to a person who can be reached, and answers what came of it. */
export async function sendMessage(
  message: TemplateMessage,
  openid: OpenId,
  deps: MessageDeps & Before,
): Promise<SendOutcome> {
  const outgoing = outgoingOf(message, openid, deps.miniAppid)
  const current: Try = { ...deps, id: message.id, startedAt: deps.now(), isLost: false }
  try {
    return accepted(await send(outgoing, current))
  } catch (error) {
    if (message.pageIsOptional && isOfPage(error, outgoing)) return sendWithoutPage(outgoing, error, current)
    return outcomeOf(error, openid, current)
  }
}

/**
 * Derived from the event's id and never random: within ten minutes WeChat sends the same id to one openid once
 * (docs/wechat.md 6.2).
 */
export function clientMsgIdOf(eventId: string): string {
  return hash('sha256', eventId).slice(0, 32)
}

function send(outgoing: OutgoingMessage, current: Try): Promise<string | undefined> {
  return withAccessToken(current.accessTokens, async token => {
    await current.begin()
    try {
      return await current.wechat.sendTemplate(token, outgoing)
    } catch (error) {
      if (!isOfWeChat(error) || isRepeated(error)) current.isLost = true
      throw error
    }
  })
}

/** Once, if the template's policy says that the message matters more than its page. */
async function sendWithoutPage(
  { page: _, ...outgoing }: OutgoingMessage,
  { errcode, rid }: WeChatError,
  deps: Try,
): Promise<SendOutcome> {
  deps.log.warn('send.without-page', { id: deps.id, errcode, rid })
  try {
    const msgid = await send(outgoing, deps)
    return accepted(msgid, { errcode, reason: 'sent without its page, which WeChat refused' })
  } catch (error) {
    return outcomeOf(error, outgoing.openid, deps)
  }
}

/** Made twice, for a kept connection was lost. */
function isRepeated(error: WeChatError | TransportError): boolean {
  return error instanceof WeChatError && error.isRepeat
}

/** A token may be refused with 40013 as well: that says nothing of the page. */
function isOfPage(error: unknown, { page }: OutgoingMessage): error is WeChatError {
  if (page === undefined || !(error instanceof WeChatError)) return false
  return error.api === sendApi && pageRefusals.has(error.errcode)
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

/** What the last call came to, and whether one before it may have sent the message. Throws the error again if it is a bug. */
async function outcomeOf(error: unknown, openid: OpenId, deps: Try): Promise<SendOutcome> {
  const outcome = isOfSend(error) ? await outcomeOfSend(error, openid, deps) : withoutToken(error, deps)
  const isThere = outcome.kind === 'ended' && outcome.state === 'accepted'
  return deps.isLost && !isThere ? { ...outcome, possibleSend: possibleSend(error, deps) } : outcome
}

function isOfSend(error: unknown): error is WeChatError | TransportError {
  return isOfWeChat(error) && error.api === sendApi
}

async function outcomeOfSend(error: WeChatError | TransportError, openid: OpenId, deps: Try): Promise<SendOutcome> {
  if (error instanceof TransportError) return outcomeOfSilence(error, deps)
  if (isOfDuplicate(error, deps)) return accepted(error.msgid, { errcode: error.errcode, reason: sentBefore })
  if (error.errcode === notFollowing) await lookAgain(openid, deps)
  return outcomeOfRefusal(error, deps)
}

/**
 * WeChat refuses it as a duplicate, so the message is there: 45065 goes by the client_msg_id, which is this event's alone;
 * 40241 by what it says, so it means this event only if an earlier call may have sent it.
 */
function isOfDuplicate({ errcode }: WeChatError, { isUncertain, isLost }: Try): boolean {
  return isDuplicate(errcode) && (errcode === sameId || isUncertain || isLost)
}

const sameId = 45065
const sentBefore = 'WeChat says that it has this message already'

function outcomeOfRefusal(error: WeChatError, deps: Try): SendOutcome {
  const { errcode, rid } = error
  const facts = { reason: error.message.slice(0, 200), errcode, ...(rid === undefined ? {} : { rid }) }
  switch (error.class) {
    case 'permanent-recipient':
      return ended('dropped', facts)
    case 'recipient-later':
      return { kind: 'refused', leastSeconds: secondsUntilLater(errcode), ...laterFor(errcode) }
    case 'permanent-request':
      return ended('rejected', facts)
    case 'quota':
      return outcomeOfQuota(errcode, facts, deps.now())
    case 'config':
    case 'token-invalid':
      deps.log.error('send.config', { id: deps.id, error })
      return putOffFor(reasonOf(error))
    default:
      deps.log.warn('send.unanswered', { id: deps.id, error })
      return { kind: 'unanswered', possibleSend: possibleSend(error, deps) }
  }
}

function possibleSend(error: unknown, { startedAt }: Try): PossibleSend {
  return { at: startedAt, why: isOfSend(error) ? whyPossible(error) : 'no answer: the connection was lost' }
}

function whyPossible(error: WeChatError | TransportError): string {
  return error instanceof WeChatError ? wordsOf(error) : `no answer: ${error.failure}`
}

function wordsOf({ errcode, rid }: WeChatError): string {
  const unknown = isKnown(errcode) ? '' : ', which nobody here knows'
  return `WeChat answered ${errcode}${unknown}${rid === undefined ? '' : `; rid ${rid}`}`
}

/** Without a token the message itself never left. */
function withoutToken(error: unknown, { id, log }: Try): SendOutcome {
  const outcome = isOfWeChat(error) ? putOffFor(reasonWithoutToken(error)) : putOffForOurs(error)
  log.error('send.no-token', { id, error })
  return outcome
}

function reasonWithoutToken(error: WeChatError | TransportError): WaitReason {
  const reason = reasonOf(error)
  return reason === wechatAway ? { cause: 'wechat', why: 'no token' } : reason
}

function laterFor(errcode: number): WaitReason {
  return { cause: 'person', why: `later: ${errcode}`, errcode }
}

function outcomeOfQuota(errcode: number, facts: DeliveryFacts, now: number): SendOutcome {
  if (errcode !== minuteQuota) return { kind: 'parked', facts: { ...facts, errcode } }
  return { kind: 'refused', leastSeconds: secondsToReset(errcode, now), ...minuteFull }
}

const minuteQuota = 45011
/** Why a message waits for another minute. */
export const minuteFull: WaitReason = { cause: 'quota', why: 'minute quota' }

function outcomeOfSilence(error: TransportError, deps: Try): SendOutcome {
  deps.log.warn('send.unanswered', { id: deps.id, error })
  return error.isUnsent
    ? { kind: 'refused', leastSeconds: 0, ...wechatAway }
    : { kind: 'unanswered', possibleSend: possibleSend(error, deps) }
}

/** WeChat says that they do not follow, our link says they do: WeChat is asked, and its answer corrects the link. */
async function lookAgain(openid: OpenId, { id, followers, log }: Try): Promise<void> {
  const news = { change: 'follow', openids: [openid], at: 0 } satisfies FollowerNews
  try {
    await followers.push([news])
  } catch (error) {
    // The message has its outcome; the next walk corrects the link as well.
    log.warn('send.link-not-corrected', { id, error })
  }
}

function accepted(msgid: string | undefined, facts: DeliveryFacts = {}): SendOutcome {
  return ended('accepted', { ...(msgid === undefined ? {} : { msgid }), ...facts })
}

function ended(state: EndState, facts: DeliveryFacts): SendOutcome {
  return { kind: 'ended', state, facts }
}

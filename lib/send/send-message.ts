/** One message to one person: the call, and what WeChat's answer means for the event. */

import { isKnown, secondsUntilLater } from '../errcode.ts'
import { TransportError, WeChatError } from '../errors.ts'
import type { FollowerNews } from '../followers/follower-news.ts'
import type { OpenId } from '../identifiers.ts'
import type { Log, Now, Queue } from '../ports.ts'
import { secondsToReset } from '../quota-reset.ts'
import { withAccessToken } from '../tokens/with-access-token.ts'
import type { BatchAttempt } from './batch-attempt.ts'
import type { KindDeps, Message, MessageKind } from './kinds/kind.ts'
import { type DeliveryFacts, deferFor, deferForOurs, ended, isAccepted, type Outcome } from './outcome.ts'
import type { PossibleSend } from './uncertainty.ts'
import { reasonOf, type WaitReason, wechatAway } from './waiting.ts'

export type MessageDeps = KindDeps & {
  /** The queue of followers, told of whom WeChat says that they do not follow. */
  readonly followers: Pick<Queue, 'push'>
  readonly now: Now
  readonly log: Log
}

/** What is sent, and what is known of earlier calls for it. */
export type Addressed = {
  readonly kind: MessageKind
  readonly message: Message
  readonly openid: OpenId
  /** Whether an earlier call may have sent it. */
  readonly isUncertain: boolean
  /** Awaited before each call; what it throws as a TransportError was not called. */
  readonly begin: BatchAttempt['begin']
}

/** `isLost` is set once a call was made that no answer tells of: it may have sent the message. */
type Try = Addressed & { readonly deps: MessageDeps; readonly startedAt: number; isLost: boolean }

/** Sends one message to a person who can be reached, and answers what came of it. */
export async function sendMessage(addressed: Addressed, deps: MessageDeps): Promise<Outcome> {
  const { kind, message } = addressed
  const current: Try = { ...addressed, deps, startedAt: deps.now(), isLost: false }
  try {
    return accepted(await send(message, current))
  } catch (error) {
    if (!isOfSend(error, current) || !(error instanceof WeChatError)) return outcomeOf(error, current)
    const less = kind.withoutPage(message, error.errcode)
    return less === undefined ? outcomeOf(error, current) : sendWithoutPage(less, error, current)
  }
}

function send(message: Message, current: Try): Promise<string | undefined> {
  const { kind, openid, begin, deps } = current
  return withAccessToken(kind.accessTokensOf(deps), async token => {
    await begin(message.id, kind.api)
    try {
      return await kind.call(message, { openid, token }, deps)
    } catch (error) {
      if (!isOfWeChat(error) || isRepeated(error)) current.isLost = true
      throw error
    }
  })
}

/** Once, if the template's policy says that the message matters more than its page. */
async function sendWithoutPage(less: Message, { errcode, rid }: WeChatError, current: Try): Promise<Outcome> {
  current.deps.log.warn('send.without-page', { id: less.id, errcode, rid })
  try {
    const msgid = await send(less, current)
    return accepted(msgid, { errcode, reason: 'sent without its page, which WeChat refused' })
  } catch (error) {
    return outcomeOf(error, current)
  }
}

/** Made twice, for a kept connection was lost. */
function isRepeated(error: WeChatError | TransportError): boolean {
  return error instanceof WeChatError && error.isRepeat
}

function isOfWeChat(error: unknown): error is WeChatError | TransportError {
  return error instanceof WeChatError || error instanceof TransportError
}

/** A token may be refused with the same codes: that says nothing of the message. */
function isOfSend(error: unknown, { kind }: Pick<Try, 'kind'>): error is WeChatError | TransportError {
  return isOfWeChat(error) && error.api === kind.api
}

/** What the last call came to, and whether one before it may have sent the message. Throws the error again if it is a bug. */
async function outcomeOf(error: unknown, current: Try): Promise<Outcome> {
  const outcome = isOfSend(error, current) ? await outcomeOfSend(error, current) : withoutToken(error, current)
  return current.isLost && !isAccepted(outcome) ? { ...outcome, possibleSend: possibleSend(error, current) } : outcome
}

async function outcomeOfSend(error: WeChatError | TransportError, current: Try): Promise<Outcome> {
  if (error instanceof TransportError) return outcomeOfSilence(error, current)
  const { errcode, msgid } = error
  const { kind, isUncertain, isLost } = current
  if (kind.isDuplicate(errcode, isUncertain || isLost)) return accepted(msgid, { errcode, reason: sentBefore })
  if (kind.isNotFollowing(errcode)) await lookAgain(current)
  return outcomeOfRefusal(error, current)
}

const sentBefore = 'WeChat says that it has this message already'

function outcomeOfRefusal(error: WeChatError, current: Try): Outcome {
  const { errcode, rid } = error
  const { message, deps } = current
  const facts = { reason: error.message.slice(0, 200), errcode, ...(rid === undefined ? {} : { rid }) }
  switch (error.class) {
    case 'permanent-recipient':
      return ended('dropped', facts)
    case 'recipient-later':
      return { kind: 'deferred', leastSeconds: secondsUntilLater(errcode), ...laterFor(errcode) }
    case 'permanent-request':
      return ended('rejected', facts)
    case 'quota':
      return outcomeOfQuota(errcode, facts, deps.now())
    case 'config':
    case 'token-invalid':
      deps.log.error('send.config', { id: message.id, error })
      return deferFor(reasonOf(error))
    default:
      deps.log.warn('send.unanswered', { id: message.id, error })
      return { kind: 'unanswered', possibleSend: possibleSend(error, current) }
  }
}

function outcomeOfSilence(error: TransportError, current: Try): Outcome {
  current.deps.log.warn('send.unanswered', { id: current.message.id, error })
  return error.isUnsent
    ? { kind: 'deferred', leastSeconds: 0, ...wechatAway }
    : { kind: 'unanswered', possibleSend: possibleSend(error, current) }
}

function possibleSend(error: unknown, current: Try): PossibleSend {
  const why = isOfSend(error, current) ? whyPossible(error) : 'no answer: the connection was lost'
  return { at: current.startedAt, why }
}

function whyPossible(error: WeChatError | TransportError): string {
  if (error instanceof TransportError) return `no answer: ${error.failure}`
  const { errcode, rid } = error
  const unknown = isKnown(errcode) ? '' : ', which nobody here knows'
  return `WeChat answered ${errcode}${unknown}${rid === undefined ? '' : `; rid ${rid}`}`
}

/** Without a token the message itself never left. */
function withoutToken(error: unknown, { message, deps }: Try): Outcome {
  const outcome = isOfWeChat(error) ? deferFor(reasonWithoutToken(error)) : deferForOurs(error)
  deps.log.error('send.no-token', { id: message.id, error })
  return outcome
}

function reasonWithoutToken(error: WeChatError | TransportError): WaitReason {
  const reason = reasonOf(error)
  return reason === wechatAway ? { cause: 'wechat', why: 'no token' } : reason
}

function laterFor(errcode: number): WaitReason {
  return { cause: 'person', why: `later: ${errcode}`, errcode }
}

function outcomeOfQuota(errcode: number, facts: DeliveryFacts, now: number): Outcome {
  if (errcode !== minuteQuota) return { kind: 'parked', facts: { ...facts, errcode } }
  return { kind: 'deferred', leastSeconds: secondsToReset(errcode, now), ...minuteFull }
}

const minuteQuota = 45011
/** Why a message waits for another minute. */
export const minuteFull: WaitReason = { cause: 'quota', why: 'minute quota' }

/** WeChat says that they do not follow, our link says they do: WeChat is asked, and its answer corrects the link. */
async function lookAgain({ message, openid, deps }: Try): Promise<void> {
  const news = { change: 'follow', openids: [openid], at: 0 } satisfies FollowerNews
  try {
    await deps.followers.push([news])
  } catch (error) {
    // The message has its outcome; the next walk corrects the link as well.
    deps.log.warn('send.link-not-corrected', { id: message.id, error })
  }
}

function accepted(msgid: string | undefined, facts: DeliveryFacts = {}): Outcome {
  return ended('accepted', { ...(msgid === undefined ? {} : { msgid }), ...facts })
}

/** Maps WeChat's answer to a call, or the lack of one, to the outcome of the event. */

import { isKnown, secondsUntilLater } from '../errcode.ts'
import { TransportError, WeChatError } from '../errors.ts'
import type { FollowerNews } from '../followers/follower-news.ts'
import type { OpenId } from '../identifiers.ts'
import { secondsToReset } from '../quota-reset.ts'
import type { SendDeps } from './deps.ts'
import type { Message, MessageKind } from './kinds/kind.ts'
import { type DeliveryFacts, deferFor, deferForOurs, ended, isAccepted, type Outcome } from './outcome.ts'
import type { PossibleSend } from './uncertainty.ts'
import { reasonOf, type WaitReason, wechatAway } from './waiting.ts'

/** A message on its way to a person. */
export type Call = {
  readonly kind: MessageKind
  readonly message: Message
  readonly openid: OpenId
  /** Whether an earlier try may have sent it. */
  readonly isUncertain: boolean
  /** When (ms) this try began. */
  readonly startedAt: number
  /** Set once a call was made that no answer tells of: it may have sent the message. */
  isLost: boolean
}

type Deps = Pick<SendDeps, 'app' | 'followers' | 'now' | 'log'>

const minuteQuota = 45011
/** Why a message waits for another minute. */
export const minuteFull: WaitReason = { cause: 'quota', why: 'minute quota' }
const sentBefore = 'WeChat says that it has this message already'

export function accepted(msgid: string | undefined, facts: DeliveryFacts = {}): Outcome {
  return ended('accepted', { ...(msgid === undefined ? {} : { msgid }), ...facts })
}

export function isOfWeChat(error: unknown): error is WeChatError | TransportError {
  return error instanceof WeChatError || error instanceof TransportError
}

/** Tells whether an error is of the call itself: a token may be refused with the same codes, and that says nothing of the message. */
export function isOfCall(error: unknown, { kind }: Pick<Call, 'kind'>): error is WeChatError | TransportError {
  return isOfWeChat(error) && error.api === kind.api
}

/** What the last call came to, and whether one before it may have sent the message. Throws the error again if it is a bug. */
export async function outcomeOf(error: unknown, call: Call, deps: Deps): Promise<Outcome> {
  const outcome = isOfCall(error, call) ? await outcomeOfCall(error, call, deps) : withoutToken(error, call, deps)
  return call.isLost && !isAccepted(outcome) ? { ...outcome, possibleSend: possibleSend(error, call) } : outcome
}

async function outcomeOfCall(error: WeChatError | TransportError, call: Call, deps: Deps): Promise<Outcome> {
  if (error instanceof TransportError) return outcomeOfSilence(error, call, deps)
  const { kind, isUncertain, isLost } = call
  const { errcode, msgid } = error
  if (kind.isDuplicate(errcode, isUncertain || isLost)) return accepted(msgid, { errcode, reason: sentBefore })
  if (kind.isNotFollowing(errcode)) await lookAgain(call, deps)
  return outcomeOfRefusal(error, call, deps)
}

function outcomeOfRefusal(error: WeChatError, call: Call, { now, log }: Deps): Outcome {
  const { errcode, rid } = error
  const { id } = call.message
  const facts = { reason: error.message.slice(0, 200), errcode, ...(rid === undefined ? {} : { rid }) }
  switch (error.class) {
    case 'permanent-recipient':
      return ended('dropped', facts)
    case 'recipient-later':
      return {
        ...deferFor({ cause: 'person', why: `later: ${errcode}`, errcode }),
        leastSeconds: secondsUntilLater(errcode),
      }
    case 'permanent-request':
      return ended('rejected', facts)
    case 'quota':
      return errcode === minuteQuota
        ? { ...deferFor(minuteFull), leastSeconds: secondsToReset(errcode, now()) }
        : { kind: 'parked', facts }
    case 'config':
    case 'token-invalid':
      log.error('send.config', { id, error })
      return deferFor(reasonOf(error))
    default:
      log.warn('send.unanswered', { id, error })
      return { kind: 'unanswered', possibleSend: possibleSend(error, call) }
  }
}

function outcomeOfSilence(error: TransportError, call: Call, { log }: Deps): Outcome {
  log.warn('send.unanswered', { id: call.message.id, error })
  return error.isUnsent ? deferFor(wechatAway) : { kind: 'unanswered', possibleSend: possibleSend(error, call) }
}

function possibleSend(error: unknown, call: Call): PossibleSend {
  const why = isOfCall(error, call) ? whyPossible(error) : 'no answer: the connection was lost'
  return { at: call.startedAt, why, official: call.message.official }
}

function whyPossible(error: WeChatError | TransportError): string {
  if (error instanceof TransportError) return `no answer: ${error.failure}`
  const { errcode, rid } = error
  const unknown = isKnown(errcode) ? '' : ', which nobody here knows'
  return `WeChat answered ${errcode}${unknown}${rid === undefined ? '' : `; rid ${rid}`}`
}

/** Without a token the message itself never left. */
function withoutToken(error: unknown, { message }: Call, { log }: Deps): Outcome {
  const outcome = isOfWeChat(error) ? deferFor(reasonWithoutToken(error)) : deferForOurs(error)
  log.error('send.no-token', { id: message.id, error })
  return outcome
}

function reasonWithoutToken(error: WeChatError | TransportError): WaitReason {
  const reason = reasonOf(error)
  return reason === wechatAway ? { cause: 'wechat', why: 'no token' } : reason
}

/** WeChat says that they do not follow, our link says they do: WeChat is asked, and its answer corrects the link. */
async function lookAgain({ message, openid }: Call, { app, followers, log }: Deps): Promise<void> {
  const news = { change: 'follow', official: app.appid, openids: [openid], at: 0 } satisfies FollowerNews
  try {
    await followers.push([news])
  } catch (error) {
    // The message has its outcome; the next sync run corrects the link as well.
    log.warn('send.link-not-corrected', { id: message.id, error })
  }
}

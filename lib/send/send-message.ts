/** Sends one message to one person; retries with a new token, or without a page that WeChat refuses. */

import { TransportError, WeChatError } from '../errors.ts'
import { withAccessToken } from '../tokens/with-access-token.ts'
import { accepted, type Call, isOfCall, isOfWeChat, outcomeOf } from './call-outcome.ts'
import { isExpired } from './decide.ts'
import type { Message } from './kinds/kind.ts'
import type { Outcome } from './outcome.ts'
import type { BatchDeps } from './write-buffer.ts'

/** Sends one message to a person who can be reached, and answers what came of it. */
export async function sendMessage(given: Omit<Call, 'startedAt' | 'isLost'>, deps: BatchDeps): Promise<Outcome> {
  const call: Call = { ...given, startedAt: deps.now(), isLost: false }
  try {
    return accepted(await send(call.message, call, deps))
  } catch (error) {
    if (!(error instanceof WeChatError && isOfCall(error, call))) return outcomeOf(error, call, deps)
    const withoutPage = call.kind.withoutPage(call.message, error.errcode)
    return withoutPage === undefined ? outcomeOf(error, call, deps) : sendInstead(withoutPage, error, { call, deps })
  }
}

function send(message: Message, call: Call, deps: BatchDeps): Promise<string | undefined> {
  const { kind, openid } = call
  const { id } = message
  return withAccessToken(kind.accessTokensOf(deps), async token => {
    await deps.attempt.begin(message, kind.api)
    // Only now, so that a copy which has expired finds this attempt, or this one is not sent.
    if (isExpired(message, deps.now())) throw new TransportError(kind.api, 'withheld', 'not called: it has expired')
    const startedAt = deps.now()
    const note = (facts: Answer) => deps.log.debug('send.called', { id, ms: deps.now() - startedAt, ...facts })
    try {
      const msgid = await kind.call(message, { openid, token }, deps)
      note({ errcode: 0 })
      return msgid
    } catch (error) {
      note(answerIn(error))
      // Made twice, for a kept connection was lost: the first of them may have sent it.
      if (!isOfWeChat(error) || (error instanceof WeChatError && error.isRepeat)) call.isLost = true
      throw error
    }
  })
}

/** What came back, as it is told: WeChat's code, or how the call failed. */
type Answer = { readonly errcode?: number; readonly rid?: string | undefined; readonly failure?: string }

function answerIn(error: unknown): Answer {
  if (error instanceof WeChatError) return { errcode: error.errcode, rid: error.rid }
  return { failure: error instanceof TransportError ? error.failure : 'unknown' }
}

type Sending = { readonly call: Call; readonly deps: BatchDeps }

/** Once, if the template's policy says that the message matters more than its page. */
async function sendInstead(message: Message, { errcode, rid }: WeChatError, { call, deps }: Sending): Promise<Outcome> {
  deps.log.warn('send.without-page', { id: message.id, errcode, rid })
  try {
    const msgid = await send(message, call, deps)
    return accepted(msgid, { errcode, reason: 'sent without its page, which WeChat refused' })
  } catch (error) {
    return outcomeOf(error, call, deps)
  }
}

/** A call to WeChat with the present token, and once more with a new one where WeChat rejects it. */

import { WeChatError } from '../errors.ts'
import type { AccessToken } from '../ports.ts'
import type { AccessTokenSource } from './access-token.ts'

/** The token at first, one that another process had brought and that died since, and one asked for after that. */
const maxTokens = 3

/**
 * Calls WeChat with the present token; if WeChat rejects it, renews it and repeats the call.
 *
 * Once: only where another process's renewal was older than this call, and dead too, a third time. Throws what the
 * call throws, and WeChatError of class `config` if WeChat rejects a fresh token too.
 */
export async function withAccessToken<T>(
  source: AccessTokenSource,
  call: (accessToken: AccessToken) => Promise<T>,
): Promise<T> {
  const beganAt = source.now()
  let token = await source.present()
  for (let tokens = 1; ; tokens++) {
    const answer = await orRejection(call(token.accessToken))
    if (!('rejection' in answer)) return answer.value
    const isFresh = tokens > 1 && token.issuedAt >= beganAt
    if (isFresh || tokens === maxTokens || source.isHopeless()) throw source.refusedTwice(answer.rejection)
    token = await source.renew(token)
  }
}

async function orRejection<T>(
  called: Promise<T>,
): Promise<{ readonly value: T } | { readonly rejection: WeChatError }> {
  try {
    return { value: await called }
  } catch (error) {
    if (isTokenRejected(error)) return { rejection: error }
    throw error
  }
}

/** Tells whether WeChat refused a call because of its token, not because of what was asked (docs/wechat.md 3.4). */
function isTokenRejected(error: unknown): error is WeChatError {
  return error instanceof WeChatError && (error.class === 'token-invalid' || error.errcode === 41001)
}

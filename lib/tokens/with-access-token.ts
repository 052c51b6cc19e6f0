/** Calls WeChat with the current access token, and retries with a new one if WeChat rejects it. */

import { WeChatError } from '../errors.ts'
import type { AccessToken } from '../ports.ts'
import type { AccessTokenSource } from './access-token.ts'

/**
 * The current token; one that another process renewed but that has expired since, or that WeChat returned again; and one
 * requested after that.
 */
const maxTokens = 3

/**
 * Calls WeChat with the current token; if WeChat rejects the token, renews it and repeats the call.
 *
 * Retries once, or twice if another process's renewal was older than this call and is rejected too, or if the stable call
 * returned the rejected token again: then another is forced, as nobody else can use that one either. Throws the call's own
 * errors, and WeChatError of class `config` if WeChat rejects a fresh token.
 */
export async function withAccessToken<T>(
  source: AccessTokenSource,
  call: (accessToken: AccessToken) => Promise<T>,
): Promise<T> {
  const beganAt = source.now()
  let token = await source.present()
  let rejected: AccessToken | undefined
  for (let tokens = 1; ; tokens++) {
    const answer = await orRejection(call(token.accessToken))
    if (!('rejection' in answer)) return answer.value
    const isSame = token.accessToken === rejected
    const isFresh = tokens > 1 && token.issuedAt >= beganAt && !isSame
    if (isFresh || tokens === maxTokens || source.isRejectingFresh()) throw source.freshRejected(answer.rejection)
    rejected = token.accessToken
    token = await source.renew(token, isSame)
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

/** Returns whether WeChat rejected the token rather than the request itself (docs/wechat.md 3.4). */
function isTokenRejected(error: unknown): error is WeChatError {
  return error instanceof WeChatError && (error.class === 'token-invalid' || error.errcode === 41001)
}

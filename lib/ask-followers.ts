/** Asks WeChat who somebody is: in hundreds, around the one bad openid that fails a whole batch. */

import type { AccessTokenSource } from './access-token.ts'
import { WeChatError } from './errors.ts'
import { maskId, type OpenId } from './identifiers.ts'
import type { FollowerSeen } from './link.ts'
import type { Log, WeChat } from './ports.ts'
import { withAccessToken } from './with-access-token.ts'

export type AskDeps = {
  readonly wechat: Pick<WeChat, 'followerInfo'>
  readonly accessTokens: AccessTokenSource
  readonly log: Log
}

export type Answers = ReadonlyMap<OpenId, FollowerSeen>

/** What WeChat says of up to 100 different openids now. Who is missing in the answer does not exist for it. */
export async function askFollowers(openids: readonly OpenId[], deps: AskDeps): Promise<Answers> {
  if (openids.length === 0) return new Map()
  try {
    const infos = await withAccessToken(deps.accessTokens, token => deps.wechat.followerInfo(token, openids))
    return new Map(infos.map(it => [it.openid, it]))
  } catch (error) {
    if (!isBadOpenid(error)) throw error
    if (openids.length > 1) return askHalves(openids, deps)
    deps.log.warn('link-followers.bad-openid', { openid: maskId(openids[0] ?? ''), error })
    return new Map()
  }
}

/** One bad openid fails all hundred: halving finds it, and the others get their answer. */
async function askHalves(openids: readonly OpenId[], deps: AskDeps): Promise<Answers> {
  const middle = Math.ceil(openids.length / 2)
  const halves = [openids.slice(0, middle), openids.slice(middle)]
  const [one, other] = await Promise.all(halves.map(half => askFollowers(half, deps)))
  return new Map([...(one ?? []), ...(other ?? [])])
}

/** 40003: one of the openids is bad. 40032: too many, though no more than the page allows (CONTRACT.md section 4.3). */
function isBadOpenid(error: unknown): boolean {
  return error instanceof WeChatError && (error.errcode === 40003 || error.errcode === 40032)
}

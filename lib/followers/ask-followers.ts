/** The ask stage: who somebody is, in hundreds, around the one bad openid or the one odd entry of a whole batch. */

import { TransportError, WeChatError } from '../errors.ts'
import { maskId, type OpenId } from '../identifiers.ts'
import { inParallel, inRuns } from '../pool.ts'
import type { AppLog, WeChat } from '../ports.ts'
import type { AccessTokenSource } from '../tokens/access-token.ts'
import { withAccessToken } from '../tokens/with-access-token.ts'
import type { FollowerSeen } from './link.ts'
import type { Asked, Queued } from './stages.ts'

export type AskDeps = {
  readonly wechat: Pick<WeChat, 'followerInfo'>
  readonly accessTokens: AccessTokenSource
  readonly log: AppLog
}

/** `nobody` is no openid of this account. */
type Answer = FollowerSeen | 'nobody'
export type Answers = ReadonlyMap<OpenId, Answer>

/** Of a batch so many are asked for singly at most whose entry is missing or odd; they make a call each. */
const singlyAtMost = 10
const singlyAtOnce = 2

/**
 * What WeChat says of who followed, never older than what was told; who unfollowed needs no asking. Whom it does not know,
 * as an openid of before a move of the account, does not follow.
 */
export async function ask(
  batch: readonly Queued[],
  deps: AskDeps,
): Promise<{ readonly asked: readonly Asked[]; readonly unanswered: readonly OpenId[] }> {
  const followed = batch.filter(it => it.change === 'follow').map(it => it.openid)
  const answers = await askFollowers(followed, deps)
  const asked = batch.flatMap(follower => {
    const { openid, at, change } = follower
    const answer = change === 'unfollow' ? 'unfollowed' : answers.get(openid)
    if (answer === undefined) return []
    if (typeof answer !== 'string') return { ...follower, seen: { ...answer, at: Math.max(answer.at, at) } }
    return { ...follower, seen: { openid, at, following: false, ...(answer === 'nobody' ? { isNobody: true } : {}) } }
  })
  return { asked, unanswered: followed.filter(it => !answers.has(it)) }
}

/**
 * What WeChat says of up to 100 different openids now. Of whom it says nothing usable, also when asked for alone, none is
 * answered: they are to be asked for again later. Throws where it says nothing usable of anybody.
 */
export async function askFollowers(openids: readonly OpenId[], deps: AskDeps): Promise<Answers> {
  const answers = await askBatch(openids, deps)
  const missing = openids.filter(it => !answers.has(it))
  if (missing.length === 0) return answers
  if (openids.length > 1 && answers.size === 0) {
    throw new TransportError('user/info/batchget', 'shape', 'nobody of those who were asked for', 200)
  }
  const again = openids.length === 1 ? new Map() : await askSingly(missing.slice(0, singlyAtMost), deps)
  const unanswered = missing.filter(it => !again.has(it))
  if (unanswered.length > 0) deps.log.warn('link-followers.unanswered', { openids: unanswered.map(maskId) })
  return new Map([...answers, ...again])
}

async function askSingly(openids: readonly OpenId[], deps: AskDeps): Promise<Answers> {
  const answers = new Map<OpenId, Answer>()
  await inParallel(openids, singlyAtOnce, async openid => {
    try {
      for (const [, answer] of await askBatch([openid], deps)) answers.set(openid, answer)
    } catch (error) {
      // The others have their answers, which are not to be lost for this one.
      if (!(error instanceof WeChatError || error instanceof TransportError)) throw error
      deps.log.warn('link-followers.not-asked-again', { openid: maskId(openid), error })
    }
  })
  return answers
}

async function askBatch(openids: readonly OpenId[], deps: AskDeps): Promise<Answers> {
  if (openids.length === 0) return new Map()
  try {
    const infos = await withAccessToken(deps.accessTokens, token => deps.wechat.followerInfo(token, openids))
    const asked = new Set(openids)
    return new Map(infos.flatMap(it => (asked.has(it.openid) ? [[it.openid, it]] : [])))
  } catch (error) {
    if (!isBadOpenid(error)) throw error
    const [only, ...others] = openids
    if (only !== undefined && others.length === 0) {
      deps.log.warn('link-followers.bad-openid', { openid: maskId(only), error })
      return new Map([[only, 'nobody']])
    }
    // One bad openid fails all hundred (docs/wechat.md 5.3): halving finds it, and the others get their answer.
    const halves = inRuns(openids, Math.ceil(openids.length / 2)).map(half => askBatch(half, deps))
    return new Map((await Promise.all(halves)).flatMap(it => [...it]))
  }
}

/** 40003: one of the openids is bad. 40032: too many, though no more than WeChat's page allows. */
function isBadOpenid(error: unknown): boolean {
  return error instanceof WeChatError && (error.errcode === 40003 || error.errcode === 40032)
}

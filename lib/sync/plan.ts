/** What a walk will cost in calls, and whether today's quota does for it. */

import { TransportError, WeChatError } from '../errors.ts'
import type { FollowerPage, Log, Quota, WeChat } from '../ports.ts'
import type { AccessTokenSource } from '../tokens/access-token.ts'
import { withAccessToken } from '../tokens/with-access-token.ts'
import type { WalkState } from './ports.ts'
import { planWalk, type WalkPlan } from './walk.ts'

export type PlanDeps = {
  readonly wechat: Pick<WeChat, 'followerPage' | 'quota'>
  readonly accessTokens: AccessTokenSource
  readonly log: Log
}

const paths = { userGet: '/cgi-bin/user/get', batchget: '/cgi-bin/user/info/batchget' }

/** Plans the walk that would begin, or go on, now; costs one `user/get` to learn how many followers there are. */
export async function makePlan(
  state: WalkState,
  { everyone }: { everyone: boolean },
  deps: PlanDeps,
): Promise<WalkPlan> {
  const page = await withAccessToken(deps.accessTokens, token => deps.wechat.followerPage(token, state.current?.next))
  const spent = state.current?.pages ?? 0
  const linked = everyone ? 0 : Math.max(state.current?.followers ?? 0, state.complete?.followers ?? 0)
  return planWalk({ followers: atLeast(page), linked, spent }, await askQuotas(deps))
}

/** Plans a walk whose first page has come. */
export async function planFrom(
  page: FollowerPage,
  { deps, linked, isEveryone }: { deps: PlanDeps; linked: { readonly size: number }; isEveryone: boolean },
): Promise<WalkPlan> {
  return planWalk({ followers: atLeast(page), linked: isEveryone ? 0 : linked.size, spent: 1 }, await askQuotas(deps))
}

/** Where WeChat does not tell how many follow, at least those whom the page names. */
function atLeast({ total, openids }: FollowerPage): number {
  return total ?? openids.length
}

async function askQuotas(deps: PlanDeps): Promise<{ userGet?: Quota | undefined; batchget?: Quota | undefined }> {
  const [userGet, batchget] = await Promise.all([ask(paths.userGet, deps), ask(paths.batchget, deps)])
  return { userGet, batchget }
}

/** A walk must not fail because WeChat does not tell its quota (76022, 44993): then 45009 tells in time. */
async function ask(path: string, { accessTokens, wechat, log }: PlanDeps): Promise<Quota | undefined> {
  try {
    return await withAccessToken(accessTokens, token => wechat.quota(token, path))
  } catch (error) {
    if (!(error instanceof WeChatError || error instanceof TransportError)) throw error
    log.warn('sync-followers.quota-unknown', { path, error })
    return undefined
  }
}

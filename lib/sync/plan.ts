/** What a sync run will cost in calls, and whether today's quota is enough for it. */

import { TransportError, WeChatError } from '../errors.ts'
import { batchSize } from '../followers/follower-batches.ts'
import type { FollowerPage, Quota } from '../ports.ts'
import { withAccessToken } from '../tokens/with-access-token.ts'
import type { SyncDeps } from './context.ts'
import type { SyncRuns } from './ports.ts'

/** `user/get` answers so many openids a page. */
export const pageSize = 10_000

const paths = { userGet: '/cgi-bin/user/get', batchget: '/cgi-bin/user/info/batchget' }

/** What a sync run needs of each call, beside what WeChat says is left of it today; absent if it does not say. */
export type SyncPlan = {
  readonly followers: number
  readonly userGet: CallPlan
  /** For those who were added since the last complete sync run; all of them the first time. */
  readonly batchget: CallPlan
  readonly fitsToday: boolean
  /** How many days it takes if it is spread; absent if WeChat names no limit. */
  readonly days?: number
}

/** Undefined where WeChat does not tell. */
type Quotas = Readonly<Partial<Record<'userGet' | 'batchget', Quota | undefined>>>

type CallPlan = { readonly needed: number } & Partial<Pick<Quota, 'remain' | 'limit'>>

/** Plans the sync run that would begin, or go on, now; costs one `user/get` to learn how many followers there are. */
export async function planAhead(runs: SyncRuns, order: { everyone: boolean }, deps: SyncDeps): Promise<SyncPlan> {
  const { current, complete } = runs
  const page = await withAccessToken(deps.accessTokens, token => deps.wechat.followerPage(token, current?.next))
  const linked = order.everyone ? 0 : Math.max(current?.followers ?? 0, complete?.followers ?? 0)
  return planFrom(page, { linked, spent: current?.pages ?? 0 }, deps)
}

/** So many followers are linked already, and `spent` pages are behind us. */
type Done = { readonly linked: number; readonly spent: number }

/** Plans a sync run of which this page was read, by what WeChat says of today's quota. */
export async function planFrom(page: FollowerPage, done: Done, deps: SyncDeps): Promise<SyncPlan> {
  // Not before the page has come, which is one call of it.
  const [userGet, batchget] = await Promise.all([askQuota(paths.userGet, deps), askQuota(paths.batchget, deps)])
  return planRun(page, done, { userGet, batchget })
}

function planRun(page: FollowerPage, { linked, spent }: Done, quotas: Quotas): SyncPlan {
  // Where WeChat does not tell how many follow, at least those whom the page names.
  const followers = page.total ?? page.openids.length
  const pages = Math.max(1, Math.ceil(followers / pageSize)) - spent
  const userGet = planCall(Math.max(0, pages), quotas.userGet)
  const batchget = planCall(Math.ceil(Math.max(0, followers - linked) / batchSize), quotas.batchget)
  const calls = [userGet, batchget]
  const fitsToday = calls.every(({ needed, remain = needed }) => needed <= remain)
  const days = Math.max(...calls.map(daysOf))
  return { followers, userGet, batchget, fitsToday, ...(Number.isFinite(days) ? { days } : {}) }
}

/** A sync run must not fail because WeChat does not tell its quota (76022, 44993): then 45009 tells in time. */
async function askQuota(path: string, { accessTokens, wechat, log }: SyncDeps): Promise<Quota | undefined> {
  try {
    return await withAccessToken(accessTokens, token => wechat.quota(token, path))
  } catch (error) {
    if (!(error instanceof WeChatError || error instanceof TransportError)) throw error
    log.warn('sync-followers.quota-unknown', { path, error })
    return undefined
  }
}

function planCall(needed: number, quota: Quota | undefined): CallPlan {
  return quota === undefined ? { needed } : { needed, remain: quota.remain, limit: quota.limit }
}

function daysOf({ needed, remain, limit }: CallPlan): number {
  if (remain === undefined || limit === undefined || needed <= remain) return 1
  return 1 + Math.ceil((needed - remain) / limit)
}

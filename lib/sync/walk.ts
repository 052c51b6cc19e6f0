/** A walk through the list of followers: where it stands, when the next one is due, and what it costs. */

import { batchSize } from '../followers/follower-batches.ts'
import type { CountedWalk } from '../followers/ports.ts'
import type { FollowerPage, Quota } from '../ports.ts'
import type { Walk } from './ports.ts'

/** `user/get` answers so many openids a page. */
export const pageSize = 10_000

const dayMs = 86_400_000
/** 03:10 in China: the day's quota is fresh and few people are awake. */
const dueMs = (3 * 60 + 10) * 60_000 - 8 * 3_600_000

/** Begins a walk with its first page; `now` in ms by our clock. */
export function beginWalk(page: FollowerPage, now: number, isEveryone: boolean): Walk {
  const leastTotal = page.total ?? 0
  const counts = { pages: 0, followers: 0, total: 0, leastTotal, fullPage: 0, came: 0, queuedPages: 0 }
  return { id: `${page.at}-${now}`, startedAt: page.at, beganAt: now, isEveryone, ...counts, pageKeys: [] }
}

/** The walk as its linking is counted. A first walk looks everybody up as well as one that is told to. */
export function countedWalk({ beganAt, isEveryone }: Walk, complete: Walk | undefined): CountedWalk {
  return { beganAt, isWhole: isEveryone || complete === undefined }
}

/** The walk after one more page, of which `fresh` were not seen before on this walk. */
export function advance(walk: Walk, page: FollowerPage, { fresh, came }: { fresh: number; came: number }): Walk {
  const { next: before, ...rest } = walk
  const ahead = {
    ...rest,
    pages: walk.pages + 1,
    followers: walk.followers + fresh,
    total: Math.max(walk.total, page.total ?? 0),
    leastTotal: Math.min(walk.leastTotal, page.total ?? 0),
    fullPage: Math.max(walk.fullPage, sizeOf(page)),
    came: walk.came + came,
    ...(page.odd === 0 ? {} : { odd: (walk.odd ?? 0) + page.odd }),
  }
  if (isLast(ahead, page) || page.next === before) return ahead
  if (isCounted(ahead)) return { ...ahead, isByCount: true }
  return page.next === undefined ? ahead : { ...ahead, next: page.next }
}

/** No page behind it: it is empty or shorter than those before, or it alone names everybody. */
function isLast({ pages, fullPage }: Walk, page: FollowerPage): boolean {
  const { total = Number.POSITIVE_INFINITY, next } = page
  return next === undefined || sizeOf(page) < fullPage || (pages === 1 && sizeOf(page) >= total)
}

/** As WeChat counts: what is odd takes its place, too. */
function sizeOf({ openids, odd }: FollowerPage): number {
  return openids.length + odd
}

/**
 * As many different people were seen as WeChat named throughout, which spares the call for an empty page behind a full
 * one. As many need not be the same: one may have come for one who left.
 */
function isCounted({ followers, total, leastTotal }: Walk): boolean {
  return total > 0 && total === leastTotal && followers >= total
}

/** Tells whether a walk should begin: none was completed since the last 03:10 in China. */
export function isDue(complete: Walk | undefined, now: number): boolean {
  if (complete === undefined) return true
  const lastDue = Math.floor((now - dueMs) / dayMs) * dayMs + dueMs
  return complete.beganAt < lastDue
}

/** What a walk needs of each call, beside what WeChat says is left of it today; absent if it does not say. */
export type WalkPlan = {
  readonly followers: number
  readonly userGet: CallPlan
  /** For those who came since the last complete walk; all of them the first time. */
  readonly batchget: CallPlan
  readonly fitsToday: boolean
  /** How many days it takes if it is spread; absent if WeChat names no limit. */
  readonly days?: number
}

type CallPlan = { readonly needed: number; readonly remain?: number; readonly limit?: number }
type Quotas = { readonly userGet?: Quota | undefined; readonly batchget?: Quota | undefined }

/** Plans a walk over so many followers, of whom so many are linked already; `spent` pages are behind us. */
export function planWalk(size: { followers: number; linked: number; spent: number }, quotas: Quotas): WalkPlan {
  const pages = Math.max(1, Math.ceil(size.followers / pageSize)) - size.spent
  const userGet = planCall(Math.max(0, pages), quotas.userGet)
  const batchget = planCall(Math.ceil(Math.max(0, size.followers - size.linked) / batchSize), quotas.batchget)
  const calls = [userGet, batchget]
  const fitsToday = calls.every(it => it.remain === undefined || it.needed <= it.remain)
  const days = Math.max(...calls.map(daysOf))
  return { followers: size.followers, userGet, batchget, fitsToday, ...(Number.isFinite(days) ? { days } : {}) }
}

function planCall(needed: number, quota: Quota | undefined): CallPlan {
  return quota === undefined ? { needed } : { needed, remain: quota.remain, limit: quota.limit }
}

function daysOf({ needed, remain, limit }: CallPlan): number {
  if (remain === undefined || limit === undefined || needed <= remain) return 1
  return 1 + Math.ceil((needed - remain) / limit)
}

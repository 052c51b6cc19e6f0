/** The rules of a sync run: how it begins, where it stands behind each page, when it ends, and when the next one is due. */

import type { CountedRun } from '../followers/ports.ts'
import type { FollowerPage } from '../ports.ts'
import type { SyncRun, SyncRuns } from './ports.ts'

const dayMs = 86_400_000
/** 03:10 in China: the day's quota is fresh and few people are awake. */
const dueMs = (3 * 60 + 10) * 60_000 - 8 * 3_600_000

/** Begins a sync run with its first page; `now` in ms by our clock. */
export function beginRun(page: FollowerPage, now: number, isEveryone: boolean): SyncRun {
  const minTotal = page.total ?? 0
  const counts = { pages: 0, followers: 0, total: 0, minTotal, maxPageSize: 0, added: 0, queuedPages: 0 }
  return { id: `${page.at}-${now}`, startedAt: page.at, beganAt: now, isEveryone, ...counts, pageKeys: [] }
}

/** The sync run as its linking is counted. A first one looks everybody up as well as one that is told to. */
export function countedRun({ beganAt, isEveryone }: SyncRun, complete: SyncRun | undefined): CountedRun {
  return { beganAt, isWhole: isEveryone || complete === undefined }
}

/** The sync run after one more page, of which `fresh` were not seen before. */
export function advance(run: SyncRun, page: FollowerPage, { fresh, added }: { fresh: number; added: number }): SyncRun {
  const { next: before, ...rest } = run
  const ahead = {
    ...rest,
    pages: run.pages + 1,
    followers: run.followers + fresh,
    total: Math.max(run.total, page.total ?? 0),
    minTotal: Math.min(run.minTotal, page.total ?? 0),
    maxPageSize: Math.max(run.maxPageSize, sizeOf(page)),
    added: run.added + added,
    ...(page.odd === 0 ? {} : { odd: (run.odd ?? 0) + page.odd }),
  }
  if (isLast(ahead, page) || page.next === before) return ahead
  if (isEndByCount(ahead)) return { ...ahead, endInferredFromCount: true }
  return page.next === undefined ? ahead : { ...ahead, next: page.next }
}

/** No page behind it: it is empty or shorter than those before, or it alone names everybody. */
function isLast({ pages, maxPageSize }: SyncRun, page: FollowerPage): boolean {
  const { total = Number.POSITIVE_INFINITY, next } = page
  return next === undefined || sizeOf(page) < maxPageSize || (pages === 1 && sizeOf(page) >= total)
}

/** As WeChat counts: what is odd takes its place, too. */
function sizeOf({ openids, odd }: FollowerPage): number {
  return openids.length + odd
}

/**
 * As many different people were seen as WeChat named throughout, which spares the call for an empty page behind a full
 * one. As many need not be the same: one may have followed for one who unfollowed.
 */
function isEndByCount({ followers, total, minTotal }: SyncRun): boolean {
  return total > 0 && total === minTotal && followers >= total
}

/** Tells whether a tick has something to do: to go on, or to begin, as none was completed since the last 03:10 in China. */
export function isWanted({ current, complete, pausedUntil = 0 }: SyncRuns, now: number): boolean {
  const lastDue = Math.floor((now - dueMs) / dayMs) * dayMs + dueMs
  const isDue = complete === undefined || complete.beganAt < lastDue
  return now >= pausedUntil && (current !== undefined || isDue)
}

/** What is known of a sync run that is watched, from one report to the next. */

import type { Report } from '../../local/stage/sync-report.ts'
import type { Progress } from './progress.ts'

/** The instants are in milliseconds. */
export type Watch = {
  /** The report before the order. */
  readonly before: Report
  readonly startedAt: number
  /** The sync run, once it was seen. */
  readonly seen?: Progress['seen']
  readonly movedAt: number
}

/**
 * How the watching ended: `waiting` for another day's quota, `lost` if WeChat no longer took the cursor and the sync run
 * was dropped, `stuck` if it stands still, `unlinked` if the list is read and nobody is linked any more. Without `run` it
 * never began. A sync run is complete for people when who was added is linked.
 */
export type Ending =
  | { readonly kind: 'complete'; readonly run: Report; readonly elapsedMs: number }
  | { readonly kind: 'waiting'; readonly run: Report | undefined; readonly until: number }
  | { readonly kind: 'lost' }
  | { readonly kind: 'unlinked'; readonly toLink: number; readonly standsMs: number }
  | { readonly kind: 'stuck'; readonly run: Report | undefined; readonly standsMs: number }

/** A page takes seconds, a hundred links less, the end of a sync run through millions a minute or two. */
const stuckAfterMs = 300_000
/** A cold start, what another process still does, and reading who is linked. */
const beginsWithinMs = 120_000
/** WeChat's quota of the minute is waited for, the one of the day is not. */
const shortWaitMs = 120_000

/** Takes in a report. */
export function look(watch: Watch, report: Report, now: number): Watch {
  const { before, startedAt, seen } = watch
  if (!isAwaited(report, before)) return watch
  const { beganAt, pages, followers, toLink } = report
  // What a sync run did before we came is not of our time.
  const here = beganAt === before.beganAt ? { pages, followers, at: now } : { pages: 0, followers: 0, at: startedAt }
  const { run, base = here, linking = isLinking(report) ? { toLink, at: now } : undefined } = seen ?? {}
  const hasMoved = run?.beganAt !== beganAt || run?.pages !== pages || run?.toLink !== toLink
  const present = { run: report, base, ...(linking === undefined ? {} : { linking }) }
  return { ...watch, seen: present, movedAt: hasMoved ? now : watch.movedAt }
}

/** Tells whether there is nothing more to watch, as of a report that was taken in. */
export function endingOf(watch: Watch, report: Report, now: number): Ending | undefined {
  const { before, startedAt, seen, movedAt } = watch
  const run = seen?.run
  const isRead = run === report && report.state === 'complete'
  if (isRead && !isLinking(report)) return { kind: 'complete', run, elapsedMs: now - startedAt }
  const hadBegun = run !== undefined || before.state === 'under-way'
  if (hadBegun && run !== report) return { kind: 'lost' }
  const isStuck = now - movedAt >= (hadBegun ? stuckAfterMs : beginsWithinMs)
  if (report.state === 'waiting') return waitOf(watch, report, { now, isStuck })
  if (!isStuck) return undefined
  const standsMs = now - movedAt
  return isRead ? { kind: 'unlinked', toLink: report.toLink, standsMs } : { kind: 'stuck', run, standsMs }
}

/** Whoever orders a sync run while it waits for quota may know better: that wait is believed when nothing moves. */
function waitOf({ before, seen }: Watch, { pausedUntil = 0 }: Report, how: { now: number; isStuck: boolean }) {
  const isNew = pausedUntil !== before.pausedUntil && pausedUntil - how.now > shortWaitMs
  return isNew || how.isStuck ? ({ kind: 'waiting', run: seen?.run, until: pausedUntil } as const) : undefined
}

/** Tells whether the list is read, and people of it wait to be linked. */
function isLinking({ state, toLink }: Report): boolean {
  return state === 'complete' && toLink > 0
}

/**
 * Tells whether a report is of the sync run that was ordered, and not of the complete one before it. A sync run that was under
 * way goes on under its old instant; one that waited for quota is known by having gone on.
 */
function isAwaited({ beganAt, pages }: Report, before: Report): boolean {
  if (beganAt === undefined || before.beganAt === undefined) return beganAt !== undefined
  if (beganAt !== before.beganAt) return beganAt > before.beganAt
  return before.state === 'under-way' || pages > before.pages
}

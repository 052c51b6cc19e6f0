/** How far a walk is, in one line. */

import { pageSize } from '../../lib/sync/walk.ts'
import { counted, inThousands, inUnits } from '../command/words.ts'
import type { Plan, Report } from './report.ts'

export type Progress = {
  /** Absent while the walk has not begun. */
  readonly seen: Seen | undefined
  readonly plan: Plan
  /** Since the walk last went on. */
  readonly standsMs: number
  /** Milliseconds. */
  readonly now: number
}

type Seen = {
  readonly walk: Report
  /** Where the walk was when we began to watch, and when (ms) that was. */
  readonly base: { readonly pages: number; readonly followers: number; readonly at: number }
  /** Once the list is walked: how many waited to be linked then, and when (ms). */
  readonly linking?: { readonly toLink: number; readonly at: number }
}

/** A page, or a batch of links, takes no longer; after that it is said. */
const patienceMs = 10_000

/** Pages and followers of all, the rate, the time left, and the calls spent of those that were left today. */
export function renderFacts(progress: Progress): string {
  const { seen, plan, standsMs, now } = progress
  if (seen === undefined) return `waiting for the first page · ${inUnits(standsMs)}`
  const { walk, base, linking } = seen
  if (linking !== undefined) return renderLinking(walk, linking, { standsMs, now })
  const total = totalOf(walk, plan)
  const { remain } = plan.userGet
  return [
    `${Math.floor(shareOf(progress) * 100)} %`,
    `page ${walk.pages}/${Math.max(walk.pages, Math.ceil(total / pageSize))}`,
    `${inThousands(walk.followers)}/${inThousands(total)}`,
    ...describePace(walk.followers - base.followers, now - base.at, total - walk.followers),
    ...(remain === undefined ? [] : [`${walk.pages - base.pages}/${counted(remain, 'call')}`]),
    ...(standsMs < patienceMs ? [] : [`no page for ${inUnits(standsMs)}`]),
  ].join(' · ')
}

function renderLinking(
  { toLink }: Report,
  { toLink: all, at }: NonNullable<Seen['linking']>,
  { standsMs, now }: { standsMs: number; now: number },
): string {
  const linked = linkedOf(toLink, all)
  return [
    'walked',
    `linked ${inThousands(linked)}/${inThousands(linked + toLink)}`,
    ...describePace(linked, now - at, toLink),
    ...(standsMs < patienceMs ? [] : [`nobody linked for ${inUnits(standsMs)}`]),
  ].join(' · ')
}

/** Another walk may have queued more meanwhile. */
function linkedOf(toLink: number, all: number): number {
  return Math.max(0, all - toLink)
}

function describePace(walked: number, elapsedMs: number, missing: number): string[] {
  if (walked <= 0 || elapsedMs <= 0) return []
  const pace = `${inThousands(Math.round((walked / elapsedMs) * 1000))}/s`
  return missing > 0 ? [pace, `${inUnits((missing / walked) * elapsedMs)} to go`] : [pace]
}

/** How much is done, from 0 to 1; a list that shrank on the way ends before its total. */
export function shareOf({ seen, plan }: Progress): number {
  if (seen === undefined) return 0
  const { linking, walk } = seen
  if (linking !== undefined) return linkedOf(walk.toLink, linking.toLink) / Math.max(1, linking.toLink)
  return Math.min(1, seen.walk.followers / Math.max(1, totalOf(seen.walk, plan)))
}

function totalOf({ total }: Report, plan: Plan): number {
  return total === 0 ? plan.followers : total
}

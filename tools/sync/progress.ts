/** How far a sync run is, in one line. */

import { pageSize } from '../../lib/sync/plan.ts'
import type { Plan, Report } from '../../local/stage/sync-report.ts'
import { counted, inThousands, inUnits } from '../command/words.ts'

export type Progress = {
  /** Absent while the sync run has not begun. */
  readonly seen: Seen | undefined
  readonly plan: Plan
  /** Since the sync run last went on. */
  readonly standsMs: number
  /** Milliseconds. */
  readonly now: number
}

type Seen = {
  readonly run: Report
  /** Where the sync run was when we began to watch, and when (ms) that was. */
  readonly base: { readonly pages: number; readonly followers: number; readonly at: number }
  /** Once the list is read: how many waited to be linked then, and when (ms). */
  readonly linking?: { readonly toLink: number; readonly at: number }
}

/** A page, or a batch of links, takes no longer; after that it is said. */
const patienceMs = 10_000

/** Pages and followers of all, the rate, the time left, and the calls spent of those that were left today. */
export function renderFacts(progress: Progress): string {
  const { seen, plan, standsMs, now } = progress
  if (seen === undefined) return `waiting for the first page · ${inUnits(standsMs)}`
  const { run, base, linking } = seen
  if (linking !== undefined) return renderLinking(run, linking, { standsMs, now })
  const total = totalOf(run, plan)
  const { remain } = plan.userGet
  return [
    `${Math.floor(shareOf(progress) * 100)} %`,
    `page ${run.pages}/${Math.max(run.pages, Math.ceil(total / pageSize))}`,
    `${inThousands(run.followers)}/${inThousands(total)}`,
    ...describePace(run.followers - base.followers, now - base.at, total - run.followers),
    ...(remain === undefined ? [] : [`${run.pages - base.pages}/${counted(remain, 'call')}`]),
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
    'list read',
    `linked ${inThousands(linked)}/${inThousands(linked + toLink)}`,
    ...describePace(linked, now - at, toLink),
    ...(standsMs < patienceMs ? [] : [`nobody linked for ${inUnits(standsMs)}`]),
  ].join(' · ')
}

/** Another sync run may have queued more meanwhile. */
function linkedOf(toLink: number, all: number): number {
  return Math.max(0, all - toLink)
}

function describePace(listed: number, elapsedMs: number, missing: number): string[] {
  if (listed <= 0 || elapsedMs <= 0) return []
  const pace = `${inThousands(Math.round((listed / elapsedMs) * 1000))}/s`
  return missing > 0 ? [pace, `${inUnits((missing / listed) * elapsedMs)} to go`] : [pace]
}

/** How much is done, from 0 to 1; a list that shrank on the way ends before its total. */
export function shareOf({ seen, plan }: Progress): number {
  if (seen === undefined) return 0
  const { linking, run } = seen
  if (linking !== undefined) return linkedOf(run.toLink, linking.toLink) / Math.max(1, linking.toLink)
  return Math.min(1, seen.run.followers / Math.max(1, totalOf(seen.run, plan)))
}

function totalOf({ total }: Report, plan: Plan): number {
  return total === 0 ? plan.followers : total
}

/** What is demanded of the syncs, beside what was measured. */

import { batchSize } from '../../lib/followers/follower-batches.ts'
import { pageSize } from '../../lib/sync/plan.ts'
import { whole } from '../figures.ts'
import type { Measured } from './measure.ts'
import { memoryMb } from './world.ts'

/** `isMet` is absent where nothing is demanded. */
export type Verdict = {
  readonly sync: string
  readonly what: string
  readonly demanded: string
  readonly measured: string
  readonly isMet?: boolean
}

/** A sync with what was so before it: how many were added and removed since the last one. */
export type Sync = Measured & {
  readonly title: string
  readonly followers: number
  readonly added: number
  readonly removed: number
  /** People of whom the links are right, and how many there are. */
  readonly right: number
  readonly people: number
}

export type Bound = { readonly seconds: number; readonly isJudged: boolean }

/** So much of the bound is to be reached. */
const speed = 0.85
/** WeChat may be asked so often at once: five invocations with four batches each. */
export const atOnce = 20

const paths = { userGet: '/cgi-bin/user/get', batchget: '/cgi-bin/user/info/batchget' }

/** No sync run can be faster, whatever it does: the pages come one after the other, the batches so many at once. */
export function boundOf({ followers, latencyMs }: { followers: number; latencyMs: number }): Bound {
  const pages = Math.ceil(followers / pageSize)
  const batches = Math.ceil(followers / batchSize)
  const seconds = Math.max(pages, batches / atOnce) * (latencyMs / 1000)
  // Of less than this the beginning and the end are too large a part.
  return { seconds, isJudged: followers >= 1_000_000 && latencyMs > 0 }
}

/** What WeChat was asked, and what became of the links. */
export function judgeSync({ title, calls, counts, report, followers, added, removed, right, people }: Sync): Verdict[] {
  const exactly = (what: string, demanded: number, measured = 0): Verdict => ({
    sync: title,
    what,
    demanded: whole(demanded),
    measured: whole(measured),
    isMet: demanded === measured,
  })
  return [
    exactly('user/get', Math.ceil(followers / pageSize), calls[paths.userGet]),
    exactly('batchget', Math.ceil(added / batchSize), calls[paths.batchget]),
    exactly('link rows read', added + removed, counts.linkRowsRead),
    exactly('link rows written', 2 * (added + removed), counts.linkRowsWritten),
    exactly('found to be removed', removed, report.removed),
    exactly('people whose links are right', people, right),
  ]
}

export function judgeSpeed(sync: Sync, { seconds, isJudged }: Bound): Verdict {
  const reached = seconds / sync.seconds
  return {
    sync: sync.title,
    what: `${sync.seconds.toFixed(1)} s, of the bound of ${seconds.toFixed(1)} s`,
    demanded: `≥ ${percent(speed)}`,
    measured: percent(reached),
    ...(isJudged ? { isMet: reached >= speed } : {}),
  }
}

/** The peak since the function began, so the last sync tells it for all. */
export function judgeMemory({ title, peakMb }: Sync): Verdict {
  const demanded = `≤ ${memoryMb} MB`
  return {
    sync: title,
    what: 'peak memory of the function',
    demanded,
    measured: `${peakMb.toFixed(0)} MB`,
    isMet: peakMb <= memoryMb,
  }
}

export function percent(part: number): string {
  return `${(part * 100).toFixed(1)} %`
}

/** The stages of each page: list, compare, queue, and a checkpoint behind it. The next pages are read meanwhile. */

import { queueStep, splitFull } from '../followers/follower-batches.ts'
import type { SyncStep } from '../followers/ports.ts'
import type { Compared } from '../followers/stages.ts'
import { compareListed, newAmong } from './compare.ts'
import { keepLease, lostLease, type SyncContext } from './context.ts'
import { list } from './list.ts'
import { type Opening, openList, type ReadPage, type Refused } from './page-reader.ts'
import type { SyncRun } from './ports.ts'
import { advance, countedRun } from './sync-run.ts'

const pagesPerLine = 10

/** Reads pages until the list ends or the time is up; a new sync run for which today's quota is too small is not begun. */
export async function readPages(opening: Opening, context: SyncContext): Promise<SyncRun | Refused> {
  const { runs, deps } = context
  const run = await opening.run
  if ('refused' in run) return run
  // A first one counted as under way before.
  if (runs.current === undefined && runs.complete !== undefined)
    await deps.linking.open(countedRun(run, runs.complete), 0)
  let place: Place = { run, waiting: await waitingOf(run, context) }
  let { pages } = opening
  for (;;) {
    for await (const read of pages) {
      const step = await comparePage(place, read, context)
      place = await saveCheckpoint(await queueAdded(step, context), step, context)
      if (!step.goesOn) return place.run
    }
    // It only seemed to be the last page: somebody had been seen before.
    pages = openList({ current: place.run }, context, deps).pages
  }
}

/** Where a sync run stands, and who was added but waits until a hundred are to be asked for together. */
type Place = { readonly run: SyncRun; readonly waiting: readonly Compared[] }
type Step = Place & {
  readonly at: number
  readonly goesOn: boolean
  readonly compared: readonly Compared[]
  readonly added: readonly Compared[]
}

/** Who waited when the invocation before was killed: some of whoever was added on the pages since `queuedPages`. */
async function waitingOf(run: SyncRun, context: SyncContext): Promise<Compared[]> {
  const waiting: Compared[] = []
  const pageKeys = run.pageKeys.slice(run.queuedPages)
  for await (const openids of context.deps.syncRuns.openids({ ...run, pageKeys })) {
    const isNew = newAmong(openids, context)
    const added = openids.filter((_, at) => isNew(at))
    waiting.push(...added.map(openid => ({ openid, change: 'follow' as const, isErased: false, isReturned: false })))
  }
  return waiting
}

async function comparePage(
  { run, waiting }: Place,
  { page, isFollowed }: ReadPage,
  context: SyncContext,
): Promise<Step> {
  const { deps, until } = context
  const listed = list(page, context)
  // Read with each page: who requests their erasure while the sync run goes on is in none of the pages after that.
  const hasRequest = await deps.erasures.all()
  const compared = await compareListed(listed, hasRequest, context)
  const added = compared.filter(it => it.change !== undefined)
  const ahead = advance(run, page, { fresh: listed.length, added: added.length })
  const goesOn = ahead.next !== undefined && (isFollowed || deps.now() < until)
  return { run: ahead, at: page.at, goesOn, compared, added, waiting: waiting.filter(it => !hasRequest(it.openid)) }
}

/** The queue stage. Before the checkpoint: a crash between asks again for who is linked already, and loses nobody. */
async function queueAdded({ run, at, goesOn, added, waiting }: Step, context: SyncContext): Promise<Place> {
  const all = [...waiting, ...added]
  const mayWait = goesOn && !added.some(it => it.isReturned)
  const { full, rest } = mayWait ? splitFull(all) : { full: all, rest: [] }
  const step = stepAt(run.pages, run, context)
  await queueStep(full, { at, isAgain: context.isEveryone, step }, context.deps)
  return { run: { ...run, queuedPages: queuedPagesOf(run, added.length, rest.length) }, waiting: rest }
}

/** Names what is queued in one go, `step` of them since the sync run began. */
export function stepAt(step: number, run: SyncRun, { runs, beganAt }: SyncContext): SyncStep {
  return { ...countedRun(run, runs.complete), step, run: beganAt }
}

/** How many pages at the beginning have nobody left who waits; the latest to be added wait longest. */
function queuedPagesOf({ pages, queuedPages }: SyncRun, added: number, waiting: number): number {
  if (waiting === 0) return pages
  return waiting <= added ? pages - 1 : queuedPages
}

async function saveCheckpoint({ run, waiting }: Place, { compared }: Step, context: SyncContext): Promise<Place> {
  const { deps } = context
  const openids = compared.filter(it => !it.isErased).map(it => it.openid)
  const saved = await deps.syncRuns.savePage(run, openids, deps.owner)
  if (saved === undefined) throw lostLease()
  await keepLease(context)
  const { pages, followers, total, added } = run
  const isTold = pages % pagesPerLine === 0 || run.next === undefined
  if (isTold) deps.log.info('sync-followers.page', { pages, followers, total, added })
  return { run: saved, waiting }
}

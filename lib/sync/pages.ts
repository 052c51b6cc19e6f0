/** The stages of each page: list, compare, queue, and a checkpoint behind it. The next page is fetched meanwhile. */

import { queueStep, splitFull } from '../followers/follower-batches.ts'
import type { SyncStep } from '../followers/ports.ts'
import type { Compared } from '../followers/stages.ts'
import type { FollowerPage } from '../ports.ts'
import { compareListed, newAmong } from './compare.ts'
import { keepLease, lostLease, type SyncContext } from './context.ts'
import { list, type Opening, prefetch } from './list.ts'
import { planFrom, type SyncPlan } from './plan.ts'
import type { SyncRun } from './ports.ts'
import { advance, beginRun, countedRun } from './sync-run.ts'

const pagesPerLine = 10

/** Reads pages until the list ends or the time is up; a new sync run for which today's quota is too small is not begun. */
export async function readPages(
  opening: Opening,
  context: SyncContext,
): Promise<SyncRun | { readonly refused: SyncPlan }> {
  const { runs, deps } = context
  let fetching = opening.page
  const begun = runs.current ?? (await begin(opening, context))
  if ('refused' in begun) return begun
  let place: Place = { run: begun, waiting: await waitingOf(begun, context) }
  for (;;) {
    const page = await fetching
    const ahead = prefetchSure(place.run, page, context)
    const step = await comparePage(place, page, context)
    if (step.goesOn) fetching = ahead ?? prefetch(step.run.next, deps)
    place = await saveCheckpoint(await queueAdded(step, context), step, context)
    if (!step.goesOn) return place.run
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

/** The next page, asked for before this one is compared: if there is one whoever of this page was seen before, and time. */
function prefetchSure(run: SyncRun, page: FollowerPage, { deps, until }: SyncContext) {
  const { next } = advance(run, page, { fresh: page.openids.length, added: 0 })
  return next !== undefined && deps.now() < until ? prefetch(next, deps) : undefined
}

async function begin(opening: Opening, context: SyncContext): Promise<SyncRun | { readonly refused: SyncPlan }> {
  const page = await opening.page
  const plan = planFrom(page, await opening.quotas, context)
  if (!plan.fitsToday && !context.spread) return { refused: plan }
  const run = beginRun(page, context.beganAt, context.isEveryone)
  const { complete } = context.runs
  // A first one counted as under way before.
  if (complete !== undefined) await context.deps.linking.open(countedRun(run, complete), 0)
  return run
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

async function comparePage({ run, waiting }: Place, page: FollowerPage, context: SyncContext): Promise<Step> {
  const { deps, until } = context
  const listed = list(page, context)
  // Read with each page: who requests their erasure while the sync run goes on is in none of the pages after that.
  const hasRequest = await deps.erasures.all()
  const compared = await compareListed(listed, hasRequest, context)
  const added = compared.filter(it => it.change !== undefined)
  const ahead = advance(run, page, { fresh: listed.length, added: added.length })
  const goesOn = ahead.next !== undefined && deps.now() < until
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

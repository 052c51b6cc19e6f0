/** The pages of a walk: fetches them one ahead, queues who came, and leaves a checkpoint behind each. */

import { askFollowers } from '../followers/ask-followers.ts'
import { type CameBackDeps, cameBack } from '../followers/came-back.ts'
import { batchSize, queueStep, splitFull } from '../followers/follower-batches.ts'
import type { FollowerNews } from '../followers/follower-news.ts'
import type { Erasures, Journal, LinkingStore, WalkStep } from '../followers/ports.ts'
import type { OpenId } from '../identifiers.ts'
import { inRuns } from '../pool.ts'
import type { FollowerPage, Log, Now, Queue, WeChat } from '../ports.ts'
import type { AccessTokenSource } from '../tokens/access-token.ts'
import { withAccessToken } from '../tokens/with-access-token.ts'
import type { Known } from './known.ts'
import { type PlanDeps, planFrom } from './plan.ts'
import type { Walk, WalkState, WalkStore } from './ports.ts'
import { advance, beginWalk, countedWalk, type WalkPlan } from './walk.ts'

export type PagesDeps = CameBackDeps & {
  readonly wechat: Pick<WeChat, 'followerPage' | 'followerInfo' | 'quota'>
  readonly accessTokens: AccessTokenSource
  readonly walks: WalkStore
  readonly journal: Journal
  readonly erasures: Pick<Erasures, 'all' | 'marksOf'>
  readonly followers: Queue<FollowerNews>
  readonly linking: Pick<LinkingStore, 'open' | 'close' | 'abandon' | 'expect'>
  readonly now: Now
  readonly log: Log
  readonly owner: string
}

export type Walker = Known & {
  /** When (ms) this run began, before it read what is known. */
  readonly beganAt: number
  readonly deps: PagesDeps & PlanDeps
  readonly state: WalkState
  readonly until: number
  readonly spread: boolean
  readonly isEveryone: boolean
  /** Prolongs the lease; false if it was lost. */
  readonly keepLease: () => Promise<boolean>
}

/** A whole page of people who were seen before: WeChat's cursors go in a circle, and the list would never end. */
export class CircleError extends Error {
  override readonly name = 'CircleError'

  constructor() {
    super('the list of followers does not end: its cursors go in a circle')
  }
}

const pagesPerLine = 10

/** Walks until the list ends or the time is up; a new walk that today's quota does not do for is not begun. */
export async function walkPages(walker: Walker): Promise<Walk | { readonly refused: WalkPlan }> {
  const { state, deps, until } = walker
  let coming = prefetch(state.current?.next, deps)
  const begun = state.current ?? (await begin(await coming, walker))
  if ('refused' in begun) return begun
  let place: Place = { walk: begun, waiting: await waitingOf(begun, walker) }
  for (;;) {
    const page = await coming
    const step = await stepOf(place, page, walker)
    const goesOn = step.walk.next !== undefined && deps.now() < until
    if (goesOn) coming = prefetch(step.walk.next, deps)
    place = await takeStep(step, { at: page.at, goesOn }, walker)
    if (!goesOn) return place.walk
  }
}

/** Where a walk stands, and who came but waits until a hundred are to be asked for together. */
type Place = { readonly walk: Walk; readonly waiting: readonly OpenId[] }

/** Who waited when the run before was killed: some of whoever came on the pages since `queuedPages`. */
async function waitingOf(walk: Walk, walker: Walker): Promise<OpenId[]> {
  const waiting: OpenId[] = []
  const pageKeys = walk.pageKeys.slice(walk.queuedPages)
  for await (const openids of walker.deps.walks.openids({ ...walk, pageKeys })) {
    waiting.push(...openids.filter(it => isNew(it, walker)))
  }
  return waiting
}

async function begin(page: FollowerPage, walker: Walker): Promise<Walk | { readonly refused: WalkPlan }> {
  const plan = await planFrom(page, walker)
  if (!plan.fitsToday && !walker.spread) return { refused: plan }
  const walk = beginWalk(page, walker.beganAt, walker.isEveryone)
  // A first one counted as under way before.
  if (walker.state.complete !== undefined) await walker.deps.linking.open(countedWalk(walk, walker.state.complete), 0)
  return walk
}

/** Names what is queued in one go, `step` of them since the walk began. */
export function stepAt(step: number, walk: Walk, { state, beganAt: run }: Walker): WalkStep {
  return { ...countedWalk(walk, state.complete), step, run }
}

type Step = Place & {
  readonly openids: readonly OpenId[]
  readonly came: readonly OpenId[]
  /** Whether somebody came back who had wished to be forgotten; they do not wait, or they would look forgotten again. */
  readonly isAnyBack: boolean
}

/** What a page means: whom it names, who of them came, and where the walk stands behind it. */
async function stepOf({ walk, waiting }: Place, page: FollowerPage, walker: Walker): Promise<Step> {
  const { seen, deps } = walker
  // The set forgets nobody, so it is filled only here, where the page is taken for good.
  const fresh = page.openids.filter(it => seen.add(it))
  if (page.odd > 0) deps.log.warn('sync-followers.odd', { words: 'entries that are no openids', entries: page.odd })
  if (fresh.length === 0 && page.openids.length > 0) throw new CircleError()
  // Read with each page: who wishes to be forgotten while the walk goes on is in none of the pages after that.
  const isErased = await deps.erasures.all()
  const back = await backAmong(fresh.filter(isErased), deps)
  const openids = fresh.filter(it => back.has(it) || !isErased(it))
  // Who is back may be linked, as they were before, but the erasure that goes on may be about to take that away.
  const came = openids.filter(it => back.has(it) || isNew(it, walker))
  const ahead = advance(walk, page, { fresh: fresh.length, came: came.length })
  return { walk: ahead, openids, came, waiting: waiting.filter(it => !isErased(it)), isAnyBack: back.size > 0 }
}

function isNew(openid: OpenId, { linked, isEveryone }: Walker): boolean {
  return isEveryone || !linked.has(openid)
}

/** Who of those who wished to be forgotten came back since, unseen: WeChat is asked here, for nothing may hold them. */
async function backAmong(erased: readonly OpenId[], deps: PagesDeps): Promise<ReadonlySet<OpenId>> {
  const back = new Set<OpenId>()
  for (const run of inRuns(erased, batchSize)) {
    const [marks, answers] = await Promise.all([deps.erasures.marksOf(run), askFollowers(run, deps)])
    const seen = [...answers.values()].flatMap(it => (it === 'nobody' ? [] : it))
    // A mark that is gone again was one of somebody who had come back before their wish was worked in.
    const unmarked = run.filter(it => !marks.has(it))
    for (const openid of [...unmarked, ...(await cameBack(seen, marks, deps)).keys()]) back.add(openid)
  }
  return back
}

type How = { readonly at: number; readonly goesOn: boolean }

async function takeStep(step: Step, { at, goesOn }: How, walker: Walker): Promise<Place> {
  const { openids, came, isAnyBack } = step
  const { deps, keepLease, isEveryone } = walker
  const how = { at, isAgain: isEveryone, deps }
  // Queued before the checkpoint: a crash between asks again for who is linked already, and loses nobody.
  const all = [...step.waiting, ...came]
  const mayWait = goesOn && !isAnyBack
  const { full, rest: kept } = mayWait ? splitFull(all) : { full: all, rest: [] }
  await queueStep('follow', full, { ...how, step: stepAt(step.walk.pages, step.walk, walker) })
  const walk = { ...step.walk, queuedPages: queuedPagesOf(step, kept.length) }
  const saved = await deps.walks.savePage(walk, openids, deps.owner)
  if (saved === undefined || !(await keepLease())) throw new Error('another process has taken over the walk')
  tell(walk, deps.log)
  return { walk: saved, waiting: kept }
}

/** How many pages at the beginning have nobody left who waits; the latest to come wait longest. */
function queuedPagesOf({ walk, came }: Step, waiting: number): number {
  if (waiting === 0) return walk.pages
  return waiting <= came.length ? walk.pages - 1 : walk.queuedPages
}

function tell({ pages, followers, total, came, next }: Walk, log: Log): void {
  if (pages % pagesPerLine === 0 || next === undefined) {
    log.info('sync-followers.page', { pages, followers, total, came })
  }
}

/** Fetched while something else is worked on; a failure is thrown where the page is awaited. */
function prefetch(after: OpenId | undefined, deps: PagesDeps): Promise<FollowerPage> {
  const coming = fetchPage(after, deps)
  coming.catch(() => undefined)
  return coming
}

function fetchPage(after: OpenId | undefined, { accessTokens, wechat }: PagesDeps): Promise<FollowerPage> {
  return withAccessToken(accessTokens, token => wechat.followerPage(token, after))
}

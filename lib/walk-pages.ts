/** The pages of a walk: fetches them one ahead, queues who came, and leaves a checkpoint behind each. */

import type { AccessTokenSource } from './access-token.ts'
import { askFollowers } from './ask-followers.ts'
import type { FollowerNews } from './follower-news.ts'
import type { OpenId } from './identifiers.ts'
import { createOpenIdSet, type OpenIdSet } from './openid-set.ts'
import { inRuns } from './pool.ts'
import type {
  Erasures,
  FollowerPage,
  Journal,
  Log,
  NotedEntry,
  Now,
  Queue,
  Walk,
  WalkState,
  WalkStore,
  WeChat,
} from './ports.ts'
import { advance, batchSize, beginWalk, type WalkPlan } from './walk.ts'
import { type PlanDeps, planFrom } from './walk-plan.ts'
import { withAccessToken } from './with-access-token.ts'

export type PagesDeps = {
  readonly wechat: Pick<WeChat, 'followerPage' | 'followerInfo' | 'quota'>
  readonly accessTokens: AccessTokenSource
  readonly walks: WalkStore
  readonly journal: Journal
  readonly erasures: Pick<Erasures, 'all' | 'marksOf'>
  readonly followers: Pick<Queue, 'push'>
  readonly now: Now
  readonly log: Log
  readonly owner: string
}

/** What is known of followers before the walk goes on. */
export type Known = {
  /** Linked already, so that nobody looks them up again. */
  readonly linked: OpenIdSet
  /** Seen on this walk. */
  readonly seen: OpenIdSet
  /** The entries of the journal that are known here, with the instant (ms) of each. */
  readonly entries: readonly Pick<NotedEntry, 'key' | 'notedAt'>[]
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

/**
 * Reads who is linked, and what this walk has seen so far.
 *
 * Who was found to have left counts as not linked: if the list names them, they came back unseen.
 */
export async function knowFollowers(state: WalkState, deps: PagesDeps): Promise<Known> {
  const { entries, leavers } = await readJournal(deps.journal)
  const pages = state.current === undefined ? [] : deps.walks.openids(state.current)
  return {
    linked: await setOf(linkedBefore(state, entries, deps), it => !leavers.has(it)),
    seen: await setOf(pages),
    entries,
  }
}

async function readJournal(journal: Journal): Promise<Pick<Known, 'entries'> & { readonly leavers: OpenIdSet }> {
  const entries: Pick<NotedEntry, 'key' | 'notedAt'>[] = []
  const leavers = createOpenIdSet()
  for await (const { key, notedAt, unfollow } of journal.entries()) {
    entries.push({ key, notedAt })
    for (const openid of unfollow) leavers.add(openid)
  }
  return { entries, leavers }
}

type Lists = AsyncIterable<readonly OpenId[]> | readonly (readonly OpenId[])[]

async function setOf(lists: Lists, isIn: (openid: OpenId) => boolean = () => true): Promise<OpenIdSet> {
  const set = createOpenIdSet()
  for await (const openids of lists) for (const openid of openids) if (isIn(openid)) set.add(openid)
  return set
}

/** Everybody whom the last complete walk named, or these entries of the journal since. */
export async function* linkedBefore(
  { complete }: WalkState,
  entries: Known['entries'],
  { walks, journal }: Pick<PagesDeps, 'walks' | 'journal'>,
): AsyncIterable<readonly OpenId[]> {
  const keys = new Set(entries.map(it => it.key))
  for await (const { key, follow } of journal.entries()) if (keys.has(key)) yield follow
  if (complete !== undefined) yield* walks.openids(complete)
}

/** Walks until the list ends or the time is up; a new walk that today's quota does not do for is not begun. */
export async function walkPages(walker: Walker): Promise<Walk | { readonly refused: WalkPlan }> {
  const { state, deps, until } = walker
  let coming = fetchPage(state.current?.next, deps)
  const begun = state.current ?? (await begin(await coming, walker))
  if ('refused' in begun) return begun
  let walk: Walk = begun
  for (;;) {
    const page = await coming
    const step = await stepOf(walk, page, walker)
    const goesOn = step.walk.next !== undefined && deps.now() < until
    if (goesOn) coming = prefetch(step.walk.next, deps)
    walk = await takeStep(step, page.at, walker)
    if (!goesOn) return walk
  }
}

async function begin(page: FollowerPage, walker: Walker): Promise<Walk | { readonly refused: WalkPlan }> {
  const plan = await planFrom(page.total, walker)
  if (!plan.fitsToday && !walker.spread) return { refused: plan }
  return beginWalk(page, walker.beganAt, walker.isEveryone)
}

type Step = { readonly walk: Walk; readonly openids: readonly OpenId[]; readonly came: readonly OpenId[] }

/** What a page means: whom it names, who of them came, and where the walk stands behind it. */
async function stepOf(walk: Walk, page: FollowerPage, walker: Walker): Promise<Step> {
  const { seen, linked, isEveryone, deps } = walker
  // The set forgets nobody, so it is filled only here, where the page is taken for good.
  const fresh = page.openids.filter(it => seen.add(it))
  if (fresh.length === 0 && page.openids.length > 0) throw new CircleError()
  // Read with each page: who wishes to be forgotten while the walk goes on is in none of the pages after that.
  const isErased = await deps.erasures.all()
  const back = await backAmong(fresh.filter(isErased), deps)
  const openids = fresh.filter(it => back.has(it) || !isErased(it))
  const came = openids.filter(it => isEveryone || !linked.has(it))
  return { walk: advance(walk, page, { fresh: fresh.length, came: came.length }), openids, came }
}

/** Who of those who wished to be forgotten followed again since, unseen: WeChat is asked here, for nothing may hold them. */
async function backAmong(erased: readonly OpenId[], deps: PagesDeps): Promise<ReadonlySet<OpenId>> {
  const back = new Set<OpenId>()
  for (const run of inRuns(erased, batchSize)) {
    const [marks, answers] = await Promise.all([deps.erasures.marksOf(run), askFollowers(run, deps)])
    for (const { openid, followedAt = 0 } of answers.values()) {
      if (followedAt > (marks.get(openid) ?? Number.POSITIVE_INFINITY)) back.add(openid)
    }
  }
  return back
}

async function takeStep({ walk, openids, came }: Step, at: number, walker: Walker): Promise<Walk> {
  const { deps } = walker
  // Queued before the checkpoint: a crash between asks again for who is linked already, and loses nobody.
  await queueNews('follow', came, { at, deps })
  const saved = await deps.walks.savePage(walk, openids, deps.owner)
  if (saved === undefined || !(await walker.keepLease())) throw new Error('another process has taken over the walk')
  if (walk.pages % pagesPerLine === 0 || walk.next === undefined) {
    const { pages, followers, total } = walk
    deps.log.info('sync-followers.page', { pages, followers, total, came: walk.came })
  }
  return saved
}

/** Fetched while the page before is worked on; a failure is thrown where the page is awaited. */
function prefetch(after: OpenId | undefined, deps: PagesDeps): Promise<FollowerPage> {
  const coming = fetchPage(after, deps)
  coming.catch(() => undefined)
  return coming
}

function fetchPage(after: OpenId | undefined, { accessTokens, wechat }: PagesDeps): Promise<FollowerPage> {
  return withAccessToken(accessTokens, token => wechat.followerPage(token, after))
}

type How = { readonly at: number; readonly deps: Pick<PagesDeps, 'followers'> }

/** Queues them in hundreds; `at` in seconds by WeChat's clock. */
export function queueNews(
  change: FollowerNews['change'],
  openids: readonly OpenId[],
  { at, deps }: How,
): Promise<void> {
  const news = inRuns(openids, batchSize).map(some => ({ change, openids: some, at }) satisfies FollowerNews)
  return deps.followers.push(news)
}

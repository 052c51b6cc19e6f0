/**
 * Works in what the followers queue tells: links who followed or unfollowed, and erases who is to be. A follower goes
 * through merge, ask, load, decide, write and note; stages.ts has the record that grows meanwhile.
 */

import { createSlots, inParallel, inRuns, type Slots } from '../pool.ts'
import { ask } from './ask-followers.ts'
import { decide } from './decide.ts'
import { depsOf, type LinkDeps, type StageDeps } from './deps.ts'
import { batchSize } from './follower-batches.ts'
import type { Arrival, FollowerNews } from './follower-news.ts'
import { erasePeople, erasePictures, expirePeople } from './forget-people.ts'
import { joinScans, overruleScans } from './join-scans.ts'
import type { FollowerRow } from './link.ts'
import { createFailure, type Failure, failedMessages, isOfFollowers, noteWait, retryLater } from './link-failures.ts'
import { load } from './load.ts'
import { mergeChanges } from './merge-changes.ts'
import type { MiniUser } from './scan.ts'
import type { Queued, Written } from './stages.ts'
import { writeFollowers } from './write-followers.ts'

/** Calls to WeChat at once. */
const asksAtOnce = 4
/** Batches in work: while some are written, WeChat is asked for the next. */
const batchesAtOnce = 2 * asksAtOnce

type Limits = { readonly until: number; readonly asking: Slots }
type FollowerArrival<A> = A & { readonly news: FollowerNews }

/**
 * Works the news in, those of each account for themselves; begins no batch after `until` (ms). Answers those that could not
 * be, so that they come again.
 */
export async function linkFollowers<A extends Arrival>(
  arrivals: readonly A[],
  deps: StageDeps,
  { until }: { readonly until: number },
): Promise<readonly A[]> {
  const changes = arrivals.filter(isOfFollowers)
  const strangers = ofNoAccount(changes, deps)
  const linked = await Promise.all(deps.accounts.map(it => linkAccount(changes, depsOf(it, deps), until)))
  for (const { arrivals: own, scanned, failure, deps: account } of linked) {
    await overruleScans(scanned, account, deps.links)
    await joinScans(own, failure, { ...account, links: deps.links, codes: deps.codes })
  }
  // After the links, which may have been told of in the same batch.
  const unerased = await erase(arrivals, deps)
  await retryLater([...unerased], createFailure(), deps)
  const unlinked = await Promise.all(linked.map(finishAccount))
  const failed = new Set([...unlinked.flat(), ...unerased, ...strangers])
  return arrivals.filter(it => failed.has(it))
}

/** Of an account that the stage has no more: they end in the dead-letter queue. */
function ofNoAccount<A extends Arrival>(changes: readonly FollowerArrival<A>[], { accounts, log }: StageDeps): A[] {
  const strangers = changes.filter(({ news }) => accounts.every(it => it.app.appid !== news.official))
  const officials = [...new Set(strangers.map(it => it.news.official))]
  if (strangers.length > 0) log.error('link-followers.unknown-account', { officials, messages: strangers.length })
  return strangers
}

type Linked<A> = {
  readonly arrivals: readonly FollowerArrival<A>[]
  readonly failure: Failure
  /** Whose codes those of whom a unionid is known had scanned. */
  readonly scanned: readonly MiniUser[]
  readonly deps: LinkDeps
}

async function linkAccount<A extends Arrival>(
  changes: readonly FollowerArrival<A>[],
  deps: LinkDeps,
  until: number,
): Promise<Linked<A>> {
  const failure = createFailure()
  const written: Written[] = []
  const arrivals = changes.filter(it => it.news.official === deps.app.appid)
  const queued = mergeChanges(arrivals)
  const limits = { until, asking: createSlots(asksAtOnce) }
  await inParallel(inRuns(queued, batchSize), batchesAtOnce, async batch => {
    written.push(...(await linkBatch(batch, failure, deps, limits)))
  })
  const rows = written.map(it => it.row)
  await note(rows, failure, deps)
  if (queued.length > 0) deps.log.info('link-followers.batch', { openids: queued.length, failed: failure.reasons.size })
  const scanned = written.flatMap(({ row, stored }) => (row.unionid === undefined ? [] : (stored?.scanned ?? [])))
  return { arrivals, failure, scanned, deps }
}

/** Counts what of an account is worked in, and puts off what is not; answers those that come again. */
async function finishAccount<A extends Arrival>({ arrivals, failure, deps }: Linked<A>): Promise<readonly A[]> {
  const { again, parted } = await failedMessages(arrivals, failure, deps)
  const done = arrivals.filter(it => !again.has(it) && !parted.has(it))
  const uncounted = await countIn(done, deps)
  const failed = arrivals.filter(it => again.has(it) || uncounted.has(it))
  await retryLater(failed, failure, deps)
  return failed
}

/** Links up to 100 followers, if there is time before `until`; enters who could not be linked in `failure`. */
async function linkBatch(
  batch: readonly Queued[],
  failure: Failure,
  deps: LinkDeps,
  { until, asking }: Limits,
): Promise<readonly Written[]> {
  const fail = (reason: 'batch' | 'untried') => {
    for (const { openid } of batch) failure.reasons.set(openid, reason)
    return []
  }
  try {
    const answer = await asking(async () => (deps.now() < until ? ask(batch, deps) : undefined))
    if (answer === undefined) return fail('untried')
    const decided = (await load(answer.asked, deps)).map(it => ({ ...it, decision: decide(it) }))
    const { written, unwritten } = await writeFollowers(decided, deps)
    for (const openid of [...answer.unanswered, ...unwritten]) failure.reasons.set(openid, 'alone')
    return written
  } catch (error) {
    deps.log.error('link-followers.failed', { error, openids: batch.length })
    noteWait(error, failure)
    return fail('batch')
  }
}

/**
 * The note stage tells the next sync run what was worked in, after it was: what is only noted nobody would look up again.
 * Also of what a sync run itself had queued, for that one may never be complete.
 */
async function note(written: readonly FollowerRow[], failure: Failure, deps: LinkDeps): Promise<void> {
  if (written.length === 0) return
  const openidsOf = (following: boolean) => written.flatMap(it => (it.following === following ? it.openid : []))
  try {
    await deps.journal.note({ follow: openidsOf(true), unfollow: openidsOf(false) }, deps.now())
  } catch (error) {
    deps.log.error('link-followers.not-noted', { error, openids: written.length })
    for (const { openid } of written) failure.reasons.set(openid, 'batch')
  }
}

async function erase<A extends Arrival>(arrivals: readonly A[], deps: StageDeps): Promise<ReadonlySet<A>> {
  const erasures = arrivals.flatMap(it => (it.news.change === 'erase' ? [{ ...it.news, arrival: it }] : []))
  const expiries = arrivals.flatMap(it => (it.news.change === 'expire' ? [{ ...it.news, arrival: it }] : []))
  const pictures = arrivals.flatMap(it => (it.news.change === 'erase-pictures' ? [{ ...it.news, arrival: it }] : []))
  const failed = [await erasePictures(pictures, deps), await erasePeople(erasures, deps)].flat()
  return new Set([...failed, ...(await expirePeople(expiries, deps))].map(it => it.arrival))
}

/** Tells how far the sync runs are worked in; answers those that must come again, or the count would never end. */
async function countIn<A extends Arrival>(
  done: readonly FollowerArrival<A>[],
  deps: LinkDeps,
): Promise<ReadonlySet<A>> {
  const counted = done.filter(it => it.news.walk !== undefined)
  try {
    await deps.linking.workedIn(counted.flatMap(it => it.news.walk ?? []))
    return new Set()
  } catch (error) {
    deps.log.error('link-followers.not-counted', { error, messages: counted.length })
    return new Set<A>(counted)
  }
}

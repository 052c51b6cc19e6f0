/** Works in what the followers queue tells: looks up who followed or left, writes the links, forgets who is to be. */

import type { OpenId } from '../identifiers.ts'
import { createSlots, inParallel, inRuns, type Slots } from '../pool.ts'
import type { Queue } from '../ports.ts'
import { type AskDeps, askFollowers } from './ask-followers.ts'
import { type EraseDeps, erasePeople, expirePeople } from './erase.ts'
import { erasePictures } from './erase-pictures.ts'
import { batchSize } from './follower-batches.ts'
import type { FollowerNews, News } from './follower-news.ts'
import type { FollowerSeen } from './link.ts'
import { type Failure, failedMessages, isOfFollowers } from './link-failures.ts'
import { noteWait, putOff, type WaitDeps } from './link-waits.ts'
import type { Journal, LinkingStore } from './ports.ts'
import { type WriteDeps, writeFollowers } from './write-followers.ts'

export type LinkFollowersDeps = AskDeps &
  WriteDeps &
  EraseDeps &
  WaitDeps & {
    /** The queue that these came by: who failed alone comes again by it, and who is to be forgotten a second time. */
    readonly followers: Queue<News>
    readonly journal: Pick<Journal, 'note'>
    readonly linking: Pick<LinkingStore, 'workedIn'>
  }

/** A message of the followers queue, and how often it was given out. */
export type NewsArrival = { readonly news: News; readonly receiptHandle: string; readonly receives: number }

/** Calls to WeChat at once. */
const asksAtOnce = 4
/** Batches in work: while some are written, WeChat is asked for the next. */
const batchesAtOnce = 2 * asksAtOnce

/** What the links hold now, for the next walk. */
type Outcome = { readonly follow: OpenId[]; readonly unfollow: OpenId[] }

/** Works the news in; begins no batch after `until` (ms). Answers those that could not be, so that they come again. */
export async function linkFollowers<A extends NewsArrival>(
  arrivals: readonly A[],
  deps: LinkFollowersDeps,
  { until }: { readonly until: number },
): Promise<readonly A[]> {
  const failure: Failure = {
    batches: new Set(),
    untried: new Set(),
    alone: new Set(),
    waitSeconds: 0,
    isLasting: false,
  }
  const outcome: Outcome = { follow: [], unfollow: [] }
  const told = latest(arrivals.filter(isOfFollowers))
  const work: Work = { failure, outcome, deps, until, asking: createSlots(asksAtOnce) }
  await inParallel(inRuns([...told.values()], batchSize), batchesAtOnce, batch => linkBatch(batch, work))
  await note(outcome, failure, deps)
  // After the links, which may have been told of in the same batch.
  const unforgotten = await forgetPeople(arrivals, deps)
  const { again, parted } = await failedMessages(arrivals, failure, deps)
  const { batches, untried, alone } = failure
  deps.log.info('link-followers.batch', { openids: told.size, failed: batches.size + untried.size + alone.size })
  const isDone = (it: A) => !unforgotten.has(it) && !again.has(it)
  const whole = arrivals.filter(it => isDone(it) && !parted.has(it))
  const uncounted = await countIn(whole, deps)
  const failed = arrivals.filter(it => !isDone(it) || uncounted.has(it))
  await putOff(failed, failure, deps)
  return failed
}

/** Tells how far the walks are worked in; answers those that must come again, for else the count would never end. */
async function countIn<A extends NewsArrival>(done: readonly A[], deps: LinkFollowersDeps): Promise<Set<A>> {
  const walked = done.filter(isOfFollowers).filter(it => it.news.walk !== undefined)
  try {
    await deps.linking.workedIn(walked.flatMap(it => it.news.walk ?? []))
    return new Set()
  } catch (error) {
    deps.log.error('link-followers.not-counted', { error, messages: walked.length })
    return new Set<A>(walked)
  }
}

/**
 * What is told of one openid; `isAgain` if its rows are to be put right as well: it was told before, and who knows how far
 * that came, or everybody is looked up again.
 */
type Told = FollowerSeen & { readonly isAgain: boolean }

type FollowerArrival = { readonly news: FollowerNews; readonly receives: number }

/** One entry per openid. An event of following only says that WeChat is to be asked: it names no unionid. */
function latest(arrivals: readonly FollowerArrival[]): Map<OpenId, Told> {
  const told = new Map<OpenId, Told>()
  for (const { news, receives } of arrivals) {
    for (const openid of news.openids) {
      const before = told.get(openid)
      const following = news.change === 'follow' || before?.following === true
      const isAgain = receives > 1 || news.isAgain === true || before?.isAgain === true
      told.set(openid, { openid, following, isAgain, at: Math.max(news.at, before?.at ?? 0) })
    }
  }
  return told
}

type Work = {
  readonly failure: Failure
  readonly outcome: Outcome
  readonly deps: LinkFollowersDeps
  readonly until: number
  readonly asking: Slots
}

async function linkBatch(batch: readonly Told[], { failure, outcome, deps, until, asking }: Work): Promise<void> {
  try {
    const looked = await asking(async () => (deps.now() < until ? look(batch, deps) : undefined))
    if (looked === undefined) return notBegun(batch, failure)
    const { seen, unanswered } = looked
    const again = new Set(batch.filter(it => it.isAgain).map(it => it.openid))
    const { written, unwritten } = await writeFollowers(seen, again, deps)
    for (const openid of [...unanswered, ...unwritten]) failure.alone.add(openid)
    for (const { openid, following } of written) outcome[following ? 'follow' : 'unfollow'].push(openid)
  } catch (error) {
    deps.log.error('link-followers.failed', { error, openids: batch.length })
    for (const { openid } of batch) failure.batches.add(openid)
    noteWait(error, failure, deps.now())
  }
}

/** There was no time for it: it comes again in a moment. */
function notBegun(batch: readonly Told[], { untried }: Failure): void {
  for (const { openid } of batch) untried.add(openid)
}

type Looked = { readonly seen: readonly FollowerSeen[]; readonly unanswered: readonly OpenId[] }

/**
 * What WeChat says of who followed, never older than what was told; who left needs no asking. Whom it does not know, as
 * an openid of before a move of the account, does not follow.
 */
async function look(batch: readonly Told[], deps: LinkFollowersDeps): Promise<Looked> {
  const asked = batch.filter(it => it.following).map(it => it.openid)
  const answers = await askFollowers(asked, deps)
  const seen = batch.flatMap(({ isAgain: _, ...told }) => {
    if (!told.following) return told
    const answer = answers.get(told.openid)
    if (answer === undefined) return []
    if (answer === 'nobody') return { ...told, following: false, isNobody: true }
    return { ...answer, at: Math.max(answer.at, told.at) }
  })
  return { seen, unanswered: asked.filter(it => !answers.has(it)) }
}

/**
 * Tells the next walk what was worked in, after it was: what is only noted nobody would look up again. Also of what a walk
 * itself had queued, for that one may never be complete.
 */
async function note(outcome: Outcome, failure: Failure, deps: LinkFollowersDeps): Promise<void> {
  const noted = [...outcome.follow, ...outcome.unfollow]
  if (noted.length === 0) return
  try {
    await deps.journal.note(outcome, deps.now())
  } catch (error) {
    deps.log.error('link-followers.not-noted', { error, openids: noted.length })
    for (const openid of noted) failure.batches.add(openid)
  }
}

async function forgetPeople<A extends NewsArrival>(arrivals: readonly A[], deps: LinkFollowersDeps): Promise<Set<A>> {
  const failed = new Set<A>()
  const erasures = arrivals.flatMap(it => (it.news.change === 'erase' ? [{ ...it.news, arrival: it }] : []))
  const expiries = arrivals.flatMap(it => (it.news.change === 'expire' ? [{ ...it.news, arrival: it }] : []))
  const pictures = arrivals.flatMap(it => (it.news.change === 'erase-pictures' ? [{ ...it.news, arrival: it }] : []))
  for (const it of await erasePictures(pictures, deps)) failed.add(it.arrival)
  for (const it of await erasePeople(erasures, deps)) failed.add(it.arrival)
  for (const it of await expirePeople(expiries, deps)) failed.add(it.arrival)
  return failed
}

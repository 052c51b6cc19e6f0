/** Works in what the followers queue tells: looks up who followed or left, writes the links, forgets who is to be. */

import { type AskDeps, askFollowers } from './ask-followers.ts'
import { type EraseDeps, erasePeople, expirePeople } from './erase.ts'
import { erasePictures } from './erase-pictures.ts'
import { WeChatError } from './errors.ts'
import type { FollowerNews, News } from './follower-news.ts'
import type { OpenId } from './identifiers.ts'
import type { FollowerSeen } from './link.ts'
import { createSlots, inParallel, inRuns, type Slots } from './pool.ts'
import type { ConsumedQueue, Journal, Now } from './ports.ts'
import { secondsToReset } from './quota-reset.ts'
import { batchSize } from './walk.ts'
import { type WriteDeps, writeFollowers } from './write-followers.ts'

export type LinkFollowersDeps = AskDeps &
  WriteDeps &
  EraseDeps & {
    readonly journal: Pick<Journal, 'note'>
    readonly followers: ConsumedQueue
    readonly now: Now
  }

/** A message of the followers queue, and how often it was given out. */
export type NewsArrival = { readonly news: News; readonly receiptHandle: string; readonly receives: number }

/** Calls to WeChat at once. */
const asksAtOnce = 4
/** Batches in work: while some are written, WeChat is asked for the next. */
const batchesAtOnce = 2 * asksAtOnce
/** SQS hides a message for twelve hours at most, counted from its receive. */
const longestWaitSeconds = 11 * 3600

type Failure = { readonly openids: Set<OpenId>; waitSeconds: number }
/** What the links hold now, for the next walk. */
type Outcome = { readonly follow: OpenId[]; readonly unfollow: OpenId[] }

/** Works the news in; begins no batch after `until` (ms). Answers those that could not be, so that they come again. */
export async function linkFollowers<A extends NewsArrival>(
  arrivals: readonly A[],
  deps: LinkFollowersDeps,
  { until }: { readonly until: number },
): Promise<readonly A[]> {
  const failure: Failure = { openids: new Set(), waitSeconds: 0 }
  const outcome: Outcome = { follow: [], unfollow: [] }
  const told = latest(arrivals.filter(isOfFollowers))
  const work: Work = { failure, outcome, deps, until, asking: createSlots(asksAtOnce) }
  await inParallel(inRuns([...told.values()], batchSize), batchesAtOnce, batch => linkBatch(batch, work))
  await note(outcome, failure, deps)
  // After the links, which may have been told of in the same batch.
  const unforgotten = await forgetPeople(arrivals, deps)
  deps.log.info('link-followers.batch', { openids: told.size, failed: failure.openids.size })
  const failed = arrivals.filter(it => unforgotten.has(it) || hasFailed(it, failure))
  if (failure.waitSeconds > 0) await putOff(failed, failure.waitSeconds, deps)
  return failed
}

/** What is told of one openid; `isAgain` if what stands there is to be looked at: it was told before, and who knows how far that came. */
type Told = FollowerSeen & { readonly isAgain: boolean }

function isOfFollowers<A extends NewsArrival>(arrival: A): arrival is A & { readonly news: FollowerNews } {
  return arrival.news.change === 'follow' || arrival.news.change === 'unfollow'
}

function hasFailed(arrival: NewsArrival, { openids }: Failure): boolean {
  return isOfFollowers(arrival) && arrival.news.openids.some(it => openids.has(it))
}

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
    const seen = await asking(async () => (deps.now() < until ? look(batch, deps) : undefined))
    if (seen === undefined) return notBegun(batch, failure)
    const again = new Set(batch.filter(it => it.isAgain).map(it => it.openid))
    const { written, unwritten } = await writeFollowers(seen, again, deps)
    for (const openid of unwritten) failure.openids.add(openid)
    for (const { openid, following } of written) outcome[following ? 'follow' : 'unfollow'].push(openid)
  } catch (error) {
    deps.log.error('link-followers.failed', { error, openids: batch.length })
    for (const { openid } of batch) failure.openids.add(openid)
    failure.waitSeconds = Math.max(failure.waitSeconds, secondsUntil(error, deps.now()))
  }
}

/** There was no time for it: it comes again in a moment. */
function notBegun(batch: readonly Told[], failure: Failure): void {
  for (const { openid } of batch) failure.openids.add(openid)
  failure.waitSeconds = Math.max(failure.waitSeconds, 1)
}

/**
 * What WeChat says of who followed, never older than what was told; who left needs no asking. Whom it does not know, as
 * an openid of before a move of the account, does not follow.
 */
async function look(batch: readonly Told[], deps: LinkFollowersDeps): Promise<FollowerSeen[]> {
  const asked = batch.filter(it => it.following).map(it => it.openid)
  const answers = await askFollowers(asked, deps)
  return batch.flatMap(({ isAgain: _, ...told }) => {
    if (!told.following) return told
    const answer = answers.get(told.openid)
    if (answer === undefined) return { ...told, following: false, isNobody: true }
    return { ...answer, at: Math.max(answer.at, told.at) }
  })
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
    for (const openid of noted) failure.openids.add(openid)
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

/** How long it makes no sense to try again: while today's quota is used up. */
function secondsUntil(error: unknown, now: number): number {
  if (!(error instanceof WeChatError) || error.class !== 'quota') return 0
  return Math.min(secondsToReset(error.errcode, now), longestWaitSeconds)
}

async function putOff(arrivals: readonly NewsArrival[], seconds: number, deps: LinkFollowersDeps): Promise<void> {
  deps.log.warn('link-followers.waiting', { messages: arrivals.length, seconds })
  await inParallel(arrivals, batchesAtOnce, it => deps.followers.comeAgain(it.receiptHandle, seconds))
}

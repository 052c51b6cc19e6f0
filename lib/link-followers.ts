/** Works in what the followers queue tells: looks up who followed or left, writes the links, forgets who is to be. */

import { type AskDeps, askFollowers } from './ask-followers.ts'
import { type EraseDeps, erasePeople, expirePeople } from './erase.ts'
import { WeChatError } from './errors.ts'
import type { FollowerNews, News } from './follower-news.ts'
import type { OpenId } from './identifiers.ts'
import type { FollowerSeen } from './link.ts'
import { inParallel, inRuns } from './pool.ts'
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

/** A message of the followers queue. */
export type NewsArrival = { readonly news: News; readonly receiptHandle: string }

const batchesAtOnce = 4
/** SQS hides a message for twelve hours at most, counted from its receive. */
const longestWaitSeconds = 11 * 3600

type Failure = { readonly openids: Set<OpenId>; waitSeconds: number }

/** Works the news in; begins no batch after `until` (ms). Answers those that could not be, so that they come again. */
export async function linkFollowers<A extends NewsArrival>(
  arrivals: readonly A[],
  deps: LinkFollowersDeps,
  { until }: { readonly until: number },
): Promise<readonly A[]> {
  const failure: Failure = { openids: new Set(), waitSeconds: 0 }
  const told = latest(arrivals.flatMap(({ news }) => (isOfFollowers(news) ? news : [])))
  await inParallel(inRuns([...told.values()], batchSize), batchesAtOnce, batch =>
    deps.now() < until ? linkBatch(batch, failure, deps) : notBegun(batch, failure),
  )
  // After the links, which may have been told of in the same batch.
  const unforgotten = await forgetPeople(arrivals, deps)
  deps.log.info('link-followers.batch', { openids: told.size, failed: failure.openids.size })
  const failed = arrivals.filter(it => unforgotten.has(it) || hasFailed(it.news, failure))
  if (failure.waitSeconds > 0) await putOff(failed, failure.waitSeconds, deps)
  return failed
}

/** What is told of one openid; `byEvent` if any of it came by an event. */
type Told = FollowerSeen & { readonly byEvent: boolean }

function isOfFollowers(news: News): news is FollowerNews {
  return news.change === 'follow' || news.change === 'unfollow'
}

function hasFailed(news: News, { openids }: Failure): boolean {
  return isOfFollowers(news) && news.openids.some(it => openids.has(it))
}

/** One entry per openid. An event of following only says that WeChat is to be asked: it names no unionid. */
function latest(news: readonly FollowerNews[]): Map<OpenId, Told> {
  const told = new Map<OpenId, Told>()
  for (const { change, origin, openids, at } of news) {
    for (const openid of openids) {
      const before = told.get(openid)
      const following = change === 'follow' || before?.following === true
      const byEvent = origin === 'event' || before?.byEvent === true
      told.set(openid, { openid, following, byEvent, at: Math.max(at, before?.at ?? 0) })
    }
  }
  return told
}

async function linkBatch(batch: readonly Told[], failure: Failure, deps: LinkFollowersDeps): Promise<void> {
  try {
    const seen = await look(batch, deps)
    const { written, unwritten } = await writeFollowers(seen, deps)
    for (const openid of unwritten) failure.openids.add(openid)
    await note(batch, written, deps)
  } catch (error) {
    deps.log.error('link-followers.failed', { error, openids: batch.length })
    for (const { openid } of batch) failure.openids.add(openid)
    failure.waitSeconds = Math.max(failure.waitSeconds, secondsUntil(error, deps.now()))
  }
}

/** There was no time for it: it comes again in a moment. */
async function notBegun(batch: readonly Told[], failure: Failure): Promise<void> {
  for (const { openid } of batch) failure.openids.add(openid)
  failure.waitSeconds = Math.max(failure.waitSeconds, 1)
}

/** What WeChat says of who followed, never older than what was told; who left needs no asking. */
async function look(batch: readonly Told[], deps: LinkFollowersDeps): Promise<FollowerSeen[]> {
  const asked = batch.filter(it => it.following).map(it => it.openid)
  const answers = await askFollowers(asked, deps)
  return batch.flatMap(({ byEvent: _, ...told }) => {
    if (!told.following) return told
    const answer = answers.get(told.openid)
    return answer === undefined ? [] : { ...answer, at: Math.max(answer.at, told.at) }
  })
}

/**
 * Tells the next walk of what it cannot know: what came by events, once it is linked (what is only noted nobody would look
 * up again), and whom a walk named though WeChat, when asked, said that they do not follow.
 */
async function note(batch: readonly Told[], written: readonly FollowerSeen[], deps: LinkFollowersDeps): Promise<void> {
  const following = new Set(written.filter(it => it.following).map(it => it.openid))
  const known = new Set(written.map(it => it.openid))
  const follow = batch.filter(it => it.byEvent && following.has(it.openid)).map(it => it.openid)
  const isGone = (it: Told) => known.has(it.openid) && !following.has(it.openid)
  const unfollow = batch.filter(it => isGone(it) && (it.byEvent || it.following)).map(it => it.openid)
  if (follow.length + unfollow.length > 0) await deps.journal.note({ follow, unfollow }, deps.now())
}

async function forgetPeople<A extends NewsArrival>(arrivals: readonly A[], deps: LinkFollowersDeps): Promise<Set<A>> {
  const failed = new Set<A>()
  const erasures = arrivals.flatMap(it => (it.news.change === 'erase' ? [{ ...it.news, arrival: it }] : []))
  const expiries = arrivals.flatMap(it => (it.news.change === 'expire' ? [{ ...it.news, arrival: it }] : []))
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

/**
 * What of the followers' news could not be worked in, and how it comes again: alone, where only it failed; soon for what
 * passes, and after the reset where a quota is used up.
 */

import { WeChatError } from '../errors.ts'
import type { OpenId } from '../identifiers.ts'
import { inParallel } from '../pool.ts'
import type { Log } from '../ports.ts'
import { secondsToRetry } from '../quota-reset.ts'
import { retryDelay } from '../retry-delay.ts'
import type { LinkDeps } from './deps.ts'
import type { Arrival, FollowerNews } from './follower-news.ts'

type RetryDeps = Pick<LinkDeps, 'followers' | 'random' | 'now'> & { readonly log: Log }

export type Failure = {
  /** Who failed: with their whole batch, untried for want of time, or alone among others who are worked in. */
  readonly reasons: Map<OpenId, 'batch' | 'untried' | 'alone'>
  /** The errcodes of quotas that are used up. */
  readonly quotas: Set<number>
  /** Set if somebody has to act before another try may do better. */
  isLasting: boolean
}

/** After WeChat was asked twice it needs a moment. */
const aloneAfterSeconds = 60
/** SQS hides a message for twelve hours at most, counted from its receive. */
const longestWaitSeconds = 11 * 3600
const untriedSeconds = 1
const atOnce = 8

export function createFailure(): Failure {
  return { reasons: new Map(), quotas: new Set(), isLasting: false }
}

type FollowerArrival = Arrival & { readonly news: FollowerNews }

export function isOfFollowers<A extends Arrival>(arrival: A): arrival is A & { readonly news: FollowerNews } {
  return arrival.news.change === 'follow' || arrival.news.change === 'unfollow'
}

/**
 * Tells which messages must come again as they are. Of the others, those who failed alone are queued again in a message of
 * their own, and theirs are `parted`: it tries as often as any, and whoever ends in the dead-letter queue ends there without
 * the rest. A message of a sync run is worked in only with the last of its people, so the new one is that message now.
 */
export async function failedMessages<A extends FollowerArrival>(
  changes: readonly A[],
  { reasons }: Failure,
  deps: RetryDeps,
): Promise<{ readonly again: ReadonlySet<A>; readonly parted: ReadonlySet<A> }> {
  const whole = changes.filter(it => isWhole(it.news.openids.map(openid => reasons.get(openid))))
  const isAlone = (openid: OpenId) => reasons.get(openid) === 'alone'
  const parted = changes.filter(it => !whole.includes(it) && it.news.openids.some(isAlone))
  const apart = parted.map(({ news }) => ({ ...news, openids: news.openids.filter(isAlone), isAgain: true }))
  try {
    if (apart.length > 0) await deps.followers.push(apart, aloneAfterSeconds)
    return { again: new Set<A>(whole), parted: new Set<A>(parted) }
  } catch (error) {
    deps.log.error('link-followers.not-queued-apart', { error, messages: apart.length })
    return { again: new Set<A>([...whole, ...parted]), parted: new Set() }
  }
}

/** A message all of whose people failed has none to spare: it comes again itself, so that its tries are counted. */
function isWhole(reasons: readonly (string | undefined)[]): boolean {
  const isAll = reasons.length > 0 && reasons.every(it => it === 'alone')
  return isAll || reasons.some(it => it === 'batch' || it === 'untried')
}

/** Notes of a failed batch which quota is to be waited for, and whether somebody has to act first. */
export function noteWait(error: unknown, failure: Failure): void {
  if (!(error instanceof WeChatError)) return
  if (error.class === 'quota') failure.quotas.add(error.errcode)
  else if (error.class !== 'transient' && error.class !== 'token-invalid') failure.isLasting = true
}

/**
 * Has each come again when it may do better, which is long before the queue's own time: until then a new follower is not
 * known. What somebody has to mend first keeps that time, so that its tries last.
 */
export async function retryLater(arrivals: readonly Arrival[], failure: Failure, deps: RetryDeps): Promise<void> {
  const waits = arrivals.map(it => ({ ...it, seconds: secondsOf(it, failure, deps) })).filter(it => it.seconds > 0)
  if (waits.length === 0) return
  deps.log.warn('link-followers.waiting', { messages: waits.length, seconds: Math.max(...waits.map(it => it.seconds)) })
  try {
    await inParallel(waits, atOnce, it => deps.followers.retryIn(it.receiptHandle, it.seconds))
  } catch (error) {
    // They come again after the queue's own time.
    deps.log.error('link-followers.not-put-off', { error, messages: waits.length })
  }
}

function secondsOf(arrival: Arrival, failure: Failure, { random, now }: RetryDeps): number {
  const { quotas, isLasting } = failure
  const waits = [...quotas].map(errcode => secondsToRetry(errcode, now(), arrival.receives))
  const waitSeconds = Math.min(Math.max(0, ...waits), longestWaitSeconds)
  if (isUntried(arrival, failure)) return Math.max(waitSeconds, untriedSeconds)
  return Math.max(waitSeconds, isLasting ? 0 : retryDelay(arrival.receives, random))
}

/** Nothing of it failed, but there was no time for all of it. */
function isUntried(arrival: Arrival, { reasons }: Failure): boolean {
  if (!isOfFollowers(arrival)) return false
  const failed = arrival.news.openids.flatMap(it => reasons.get(it) ?? [])
  return failed.length > 0 && failed.every(it => it === 'untried')
}

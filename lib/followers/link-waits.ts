/** When news that could not be worked in come again: soon for what passes, after the reset where a quota is used up. */

import { WeChatError } from '../errors.ts'
import { inParallel } from '../pool.ts'
import type { ConsumedQueue, Log, Now } from '../ports.ts'
import { secondsToReset } from '../quota-reset.ts'
import { retryDelay } from '../retry-delay.ts'
import type { News } from './follower-news.ts'
import { type Failure, isOfFollowers } from './link-failures.ts'

export type WaitDeps = {
  readonly followers: ConsumedQueue
  readonly now: Now
  readonly random: () => number
  readonly log: Log
}

type Arrival = { readonly news: News; readonly receiptHandle: string; readonly receives: number }

/** SQS hides a message for twelve hours at most, counted from its receive. */
const longestWaitSeconds = 11 * 3600
const untriedSeconds = 1
const atOnce = 8

/** Notes of a failed batch how long it makes no sense to try again, and whether somebody has to act first. */
export function noteWait(error: unknown, failure: Failure, now: number): void {
  if (!(error instanceof WeChatError)) return
  if (error.class === 'quota') {
    failure.waitSeconds = Math.max(
      failure.waitSeconds,
      Math.min(secondsToReset(error.errcode, now), longestWaitSeconds),
    )
  } else if (error.class !== 'transient' && error.class !== 'token-invalid') failure.isLasting = true
}

/**
 * Has each come again when it may do better, which is long before the queue's own time: until then a new follower is not
 * known. What somebody has to mend first keeps that time, so that its tries last.
 */
export async function putOff(arrivals: readonly Arrival[], failure: Failure, deps: WaitDeps): Promise<void> {
  const waits = arrivals.map(({ receiptHandle, ...it }) => ({ receiptHandle, seconds: secondsOf(it, failure, deps) }))
  const some = waits.filter(it => it.seconds > 0)
  if (some.length === 0) return
  deps.log.warn('link-followers.waiting', { messages: some.length, seconds: Math.max(...some.map(it => it.seconds)) })
  try {
    await inParallel(some, atOnce, it => deps.followers.retryIn(it.receiptHandle, it.seconds))
  } catch (error) {
    // They come again after the queue's own time.
    deps.log.error('link-followers.not-put-off', { error, messages: some.length })
  }
}

type Failed = Omit<Arrival, 'receiptHandle'>

function secondsOf(arrival: Failed, failure: Failure, { random }: WaitDeps): number {
  const { waitSeconds, isLasting } = failure
  if (isUntried(arrival, failure)) return Math.max(waitSeconds, untriedSeconds)
  return Math.max(waitSeconds, isLasting ? 0 : retryDelay(arrival.receives, random))
}

/** Nothing of it failed, but there was no time for all of it. */
function isUntried(arrival: Failed, { untried, batches, alone }: Failure): boolean {
  if (!isOfFollowers(arrival)) return false
  const { openids } = arrival.news
  return openids.some(it => untried.has(it)) && !openids.some(it => batches.has(it) || alone.has(it))
}

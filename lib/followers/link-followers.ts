/** Works in what the followers queue tells: links who followed or unfollowed, and erases who is to be. */

import { createSlots, inParallel, inRuns } from '../pool.ts'
import type { LinkFollowersDeps } from './deps.ts'
import { erasePictures } from './erase-pictures.ts'
import { batchSize } from './follower-batches.ts'
import { erasePeople, expirePeople } from './forget-people.ts'
import type { FollowerRow } from './link.ts'
import { linkBatch } from './link-batch.ts'
import { type Failure, failedMessages, isOfFollowers, noFailure } from './link-failures.ts'
import { type Arrival, putOff } from './link-waits.ts'
import { mergeChanges } from './merge-changes.ts'

/** Calls to WeChat at once. */
const asksAtOnce = 4
/** Batches in work: while some are written, WeChat is asked for the next. */
const batchesAtOnce = 2 * asksAtOnce

/** Works the news in; begins no batch after `until` (ms). Answers those that could not be, so that they come again. */
export async function linkFollowers<A extends Arrival>(
  arrivals: readonly A[],
  deps: LinkFollowersDeps,
  { until }: { readonly until: number },
): Promise<readonly A[]> {
  const failure = noFailure()
  const written: FollowerRow[] = []
  const queued = mergeChanges(arrivals.filter(isOfFollowers))
  const limits = { until, asking: createSlots(asksAtOnce) }
  await inParallel(inRuns(queued, batchSize), batchesAtOnce, async batch => {
    for (const { row } of await linkBatch(batch, failure, deps, limits)) written.push(row)
  })
  await note(written, failure, deps)
  // After the links, which may have been told of in the same batch.
  const unerased = await erase(arrivals, deps)
  const { again, parted } = await failedMessages(arrivals, failure, deps)
  const { batches, untried, alone } = failure
  deps.log.info('link-followers.batch', { openids: queued.length, failed: batches.size + untried.size + alone.size })
  const isDone = (it: A) => !unerased.has(it) && !again.has(it)
  const uncounted = await countIn(
    arrivals.filter(it => isDone(it) && !parted.has(it)),
    deps,
  )
  const failed = arrivals.filter(it => !isDone(it) || uncounted.has(it))
  await putOff(failed, failure, deps)
  return failed
}

/**
 * The note stage tells the next sync run what was worked in, after it was: what is only noted nobody would look up again.
 * Also of what a sync run itself had queued, for that one may never be complete.
 */
async function note(written: readonly FollowerRow[], failure: Failure, deps: LinkFollowersDeps): Promise<void> {
  if (written.length === 0) return
  const openidsOf = (following: boolean) => written.flatMap(it => (it.following === following ? it.openid : []))
  try {
    await deps.journal.note({ follow: openidsOf(true), unfollow: openidsOf(false) }, deps.now())
  } catch (error) {
    deps.log.error('link-followers.not-noted', { error, openids: written.length })
    for (const { openid } of written) failure.batches.add(openid)
  }
}

async function erase<A extends Arrival>(arrivals: readonly A[], deps: LinkFollowersDeps): Promise<Set<A>> {
  const erasures = arrivals.flatMap(it => (it.news.change === 'erase' ? [{ ...it.news, arrival: it }] : []))
  const expiries = arrivals.flatMap(it => (it.news.change === 'expire' ? [{ ...it.news, arrival: it }] : []))
  const pictures = arrivals.flatMap(it => (it.news.change === 'erase-pictures' ? [{ ...it.news, arrival: it }] : []))
  const failed = [
    ...(await erasePictures(pictures, deps)),
    ...(await erasePeople(erasures, deps)),
    ...(await expirePeople(expiries, deps)),
  ]
  return new Set(failed.map(it => it.arrival))
}

/** Tells how far the sync runs are worked in; answers those that must come again, or the count would never end. */
async function countIn<A extends Arrival>(done: readonly A[], deps: LinkFollowersDeps): Promise<ReadonlySet<A>> {
  const counted = done.filter(isOfFollowers).filter(it => it.news.walk !== undefined)
  try {
    await deps.linking.workedIn(counted.flatMap(it => it.news.walk ?? []))
    return new Set()
  } catch (error) {
    deps.log.error('link-followers.not-counted', { error, messages: counted.length })
    return new Set<A>(counted)
  }
}

/** The end of a walk: whoever was there before and was not seen has left. */

import { queueStep, splitFull } from '../followers/follower-batches.ts'
import type { FollowerNews } from '../followers/follower-news.ts'
import type { OpenId } from '../identifiers.ts'
import { linkedBefore } from './known.ts'
import { stepAt, type Walker } from './pages.ts'
import type { Walk } from './ports.ts'
import { countedWalk } from './walk.ts'

/** Longer than a function runs that notes something: whatever is older was written then. */
const settleMs = 120_000

/** Queues who left and makes the walk the last complete one; answers how many left. Only a complete walk tells. */
export async function finishWalk(walk: Walk, walker: Walker): Promise<number> {
  const { deps, seen, keepLease } = walker
  // What was noted after the walk began may be of people whom it came by too early to see.
  const entries = walker.entries.filter(it => it.notedAt < walk.beganAt)
  // As of the start: who came back while the walk went on has a newer event, which this does not undo. Where the count
  // alone ended the walk, or an entry could not be read, WeChat is asked.
  const change = walk.isByCount || walk.odd !== undefined ? 'follow' : 'unfollow'
  const isErased = await deps.erasures.all()
  let step = walk.pages
  const queue = (what: FollowerNews['change'], openids: readonly OpenId[]) =>
    queueStep(what, openids, { at: walk.startedAt, step: stepAt(++step, walk, walker), deps })
  let waiting: readonly OpenId[] = []
  let left = 0
  for await (const openids of linkedBefore(walker.state, entries, deps)) {
    // Adding tells who was not seen, and tells of nobody twice.
    const gone = openids.filter(it => seen.add(it))
    // Who wished to be forgotten is in no page, whether they were seen or not: WeChat is asked.
    await queue('follow', gone.filter(isErased))
    const { full, rest } = splitFull([...waiting, ...gone.filter(it => !isErased(it))])
    await queue(change, full)
    waiting = rest
    left += gone.length
    if (!(await keepLease())) throw new Error('another process has taken over the walk')
  }
  await queue(change, waiting)
  await deps.linking.close(countedWalk(walk, walker.state.complete))
  if (!(await deps.walks.complete({ ...walk, left }, deps.owner)))
    throw new Error('another process has taken over the walk')
  // What was noted about then may have been read too late by the run that began it, and counts for the next walk as well.
  const isSettled = (it: (typeof entries)[number]) => it.notedAt < walk.beganAt - settleMs
  await deps.journal.drop(entries.filter(isSettled).map(it => it.key))
  return left
}

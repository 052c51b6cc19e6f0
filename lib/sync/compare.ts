/** The compare stage: who of those that are listed, or missing, is to be queued. */

import { askFollowers } from '../followers/ask-followers.ts'
import { batchSize } from '../followers/follower-batches.ts'
import { returnedAmong } from '../followers/returned.ts'
import type { Compared, Listed } from '../followers/stages.ts'
import type { OpenId } from '../identifiers.ts'
import { inRuns } from '../pool.ts'
import type { SyncContext, SyncDeps } from './context.ts'
import type { SyncRun } from './ports.ts'

/** Tells of any openid whether it has an erasure request. */
type HasRequest = (openid: OpenId) => boolean

/** Compares who is listed with who is linked: those who are not are added. */
export async function compareListed(
  listed: readonly Listed[],
  hasRequest: HasRequest,
  context: SyncContext,
): Promise<readonly Compared[]> {
  const openids = listed.map(it => it.openid)
  const returned = await returnedSince(openids.filter(hasRequest), context.deps)
  const isNew = newAmong(openids, context)
  return listed.map(({ openid }, at) => {
    const isReturned = returned.has(openid)
    const isErased = !isReturned && hasRequest(openid)
    // Who returned may be linked, as they were before, but the erasure that goes on may be about to take that away.
    const isAdded = isReturned || (!isErased && isNew(at))
    return { openid, change: isAdded ? 'follow' : undefined, isErased, isReturned }
  })
}

/** Tells of each, by its place in the list, whether they are to be looked up. */
export function newAmong(openids: readonly OpenId[], { roll, isEveryone }: SyncContext): (at: number) => boolean {
  const isLinked = roll.linkedAmong(openids)
  return at => isEveryone || !isLinked(at)
}

/** Who returned since their erasure request, unseen: WeChat is asked here, for nothing may hold them. */
async function returnedSince(openids: readonly OpenId[], deps: SyncDeps): Promise<ReadonlySet<OpenId>> {
  const returned = new Set<OpenId>()
  for (const some of inRuns(openids, batchSize)) {
    const [marks, answers] = await Promise.all([deps.erasures.marksOf(some), askFollowers(some, deps)])
    const seen = [...answers.values()].flatMap(it => (it === 'nobody' ? [] : it))
    // A mark that is gone again was one of somebody who had returned before their request was carried out.
    const unmarked = some.filter(it => !marks.has(it))
    for (const openid of [...unmarked, ...(await returnedAmong(seen, marks, deps.links)).keys()]) returned.add(openid)
  }
  return returned
}

/**
 * Compares who was linked before with whom the whole list named: who is missing was removed. Where the list may not have
 * named everybody, WeChat is asked.
 */
export function compareMissing(
  before: readonly OpenId[],
  hasRequest: HasRequest,
  { roll }: SyncContext,
  run: SyncRun,
): readonly Compared[] {
  const change = mayLackSome(run) ? 'follow' : 'unfollow'
  // Entering tells who was not seen, and tells of nobody twice.
  return roll.see(before).map(openid => {
    const isErased = hasRequest(openid)
    // No page holds who has an erasure request, whether they were seen or not: WeChat is asked.
    return { openid, change: isErased ? 'follow' : change, isErased, isReturned: false }
  })
}

/** The count alone ended the sync run, an entry could not be read, or the list broke off before it had named its total. */
function mayLackSome({ endInferredFromCount = false, odd, followers, minTotal }: SyncRun): boolean {
  return endInferredFromCount || odd !== undefined || followers < minTotal
}

/**
 * Forgets people: who requested their erasure, and who unfollowed longer ago than the retention time. Afterwards no row,
 * page or note holds their ids.
 */

import type { OpenId } from '../identifiers.ts'
import { inParallel, inRuns } from '../pool.ts'
import type { LinkDeps } from './deps.ts'
import { erase, forgetPictures } from './erase.ts'
import { batchSize } from './follower-batches.ts'
import type { Erasure, Expiry, PictureErasure } from './follower-news.ts'
import { isReadable } from './link.ts'
import { oneByOne } from './person-ids.ts'
import { lastActive } from './returned.ts'

const atOnce = 10

/** Erases people; answers the erasures that failed, so that they come again. */
export async function erasePeople<E extends Erasure>(erasures: readonly E[], deps: LinkDeps): Promise<E[]> {
  return forgetAll(erasures, deps, async erasure => {
    const openids = await erase(erasure, deps)
    // Whoever followed or logged in again after the request has a row still, and is a follower like all others.
    const returned = await withRow(openids, deps)
    return openids.filter(it => !returned.has(it))
  })
}

/** Forgets who unfollowed long ago, unless they returned; answers what failed, so that it comes again. */
export async function expirePeople<E extends Expiry>(expiries: readonly E[], deps: LinkDeps): Promise<E[]> {
  return forgetAll(expiries, deps, async ({ openids, at }) => {
    const expired: OpenId[] = []
    await inParallel(openids, atOnce, async openid => {
      if (await deps.links.expire(openid, at)) expired.push(openid)
    })
    deps.log.info('link-followers.expired', { openids: expired.length })
    return expired
  })
}

/** Has the pictures of people removed who withdrew only what these may have been made of; answers what failed. */
export async function erasePictures<E extends PictureErasure>(requests: readonly E[], deps: LinkDeps): Promise<E[]> {
  return tryAll(requests, deps, async ({ who, at }) => {
    const people = await Promise.all(oneByOne(who).map(deps.links.idsOf))
    deps.log.info('link-followers.pictures-erased', { owners: await forgetPictures(people, at, deps) })
  })
}

async function tryAll<T>(items: readonly T[], { log }: LinkDeps, work: (item: T) => Promise<void>): Promise<T[]> {
  const failed: T[] = []
  await inParallel(items, atOnce, async item => {
    try {
      await work(item)
    } catch (error) {
      log.error('link-followers.not-erased', { error })
      failed.push(item)
    }
  })
  return failed
}

/** The pages of sync runs are read once for all of a batch: with a million followers they have 21 MB. */
async function forgetAll<T>(
  items: readonly T[],
  deps: LinkDeps,
  forget: (item: T) => Promise<readonly OpenId[]>,
): Promise<T[]> {
  const { syncRuns, journal, log } = deps
  const gone = new Set<OpenId>()
  const failed = await tryAll(items, deps, async item => {
    for (const openid of await forget(item)) gone.add(openid)
  })
  if (gone.size === 0) return failed
  try {
    await Promise.all([syncRuns.forget(gone), journal.forget(gone)])
    // Whoever followed again meanwhile was noted, and is to be noted still.
    const returned = [...(await withRow([...gone], deps))]
    if (returned.length > 0) await journal.note({ follow: returned, unfollow: [] }, deps.now())
    return failed
  } catch (error) {
    log.error('link-followers.not-erased', { error })
    return [...items]
  }
}

/** Who has a row, and so has returned: nobody's mark outlives that. */
async function withRow(openids: readonly OpenId[], { links, erasures }: LinkDeps): Promise<Set<OpenId>> {
  const found = new Set<OpenId>()
  for (const some of inRuns(openids, batchSize)) {
    const rows = [...(await links.followers(some)).values()]
    const active = await lastActive(rows.filter(isReadable), links)
    for (const [openid, at] of active) await erasures.unmark(openid, at)
    for (const { openid } of rows) found.add(openid)
  }
  return found
}

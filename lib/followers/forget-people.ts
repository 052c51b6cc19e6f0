/**
 * Forgets people: who requested their erasure, and who unfollowed longer ago than the retention time. Afterwards no row,
 * page or note holds their ids.
 */

import type { OpenId } from '../identifiers.ts'
import { inParallel, inRuns } from '../pool.ts'
import { type Account, depsOf, type LinkDeps, type StageDeps } from './deps.ts'
import { completed, erase, type Follower, forgetPictures } from './erase.ts'
import { batchSize } from './follower-batches.ts'
import type { Erasure, Expiry, PictureErasure } from './follower-news.ts'
import { isReadable } from './link.ts'
import { lastActive } from './returned.ts'

const atOnce = 10

/** Erases people; answers the erasures that failed, so that they come again. */
export async function erasePeople<E extends Erasure>(erasures: readonly E[], deps: StageDeps): Promise<E[]> {
  return forgetAll(erasures, deps, async erasure => {
    const followers = await erase(erasure, deps)
    const openids = await Promise.all(deps.accounts.map(it => unreturned(followers, depsOf(it, deps))))
    return openids.flat()
  })
}

/** Whoever followed or logged in again after the request has a row still, and is a follower like all others. */
async function unreturned(followers: readonly Follower[], deps: LinkDeps): Promise<readonly Follower[]> {
  const own = followersOf(deps, followers)
  const returned = await withRow(
    own.map(it => it.openid),
    deps,
  )
  return own.filter(it => !returned.has(it.openid))
}

function followersOf({ app }: Pick<Account, 'app'>, followers: readonly Follower[]): Follower[] {
  return followers.filter(it => it.official === app.appid)
}

/** Forgets who unfollowed long ago, unless they returned; answers what failed, so that it comes again. */
export async function expirePeople<E extends Expiry>(expiries: readonly E[], deps: StageDeps): Promise<E[]> {
  return forgetAll(expiries, deps, async ({ official, openids, at }) => {
    const expired: Follower[] = []
    await inParallel(openids, atOnce, async openid => {
      if (await deps.links.expire(official, openid, at)) expired.push({ official, openid })
    })
    deps.log.info('link-followers.expired', { openids: expired.length })
    return expired
  })
}

/** Has the pictures of people removed who withdrew only what these may have been made of; answers what failed. */
export async function erasePictures<E extends PictureErasure>(requests: readonly E[], deps: StageDeps): Promise<E[]> {
  return tryAll(requests, deps, async ({ who, at }) => {
    const owners = await forgetPictures(await completed(who, deps), at, deps)
    deps.log.info('link-followers.pictures-erased', { owners })
  })
}

async function tryAll<T>(items: readonly T[], { log }: StageDeps, work: (item: T) => Promise<void>): Promise<T[]> {
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

/** Also of what is done by the rows, that comes again whose followers an account could not forget. */
async function forgetAll<T>(
  items: readonly T[],
  deps: StageDeps,
  forget: (item: T) => Promise<readonly Follower[]>,
): Promise<T[]> {
  const gone = new Map<T, readonly Follower[]>()
  const failed = await tryAll(items, deps, async item => void gone.set(item, await forget(item)))
  const followers = [...gone.values()].flat()
  const failing = await tryAll(deps.accounts, deps, account => forgetAt(account, followers, deps))
  const isFailing = ({ official }: Follower) => failing.some(it => it.app.appid === official)
  const unforgotten = [...gone].filter(([, them]) => them.some(isFailing)).map(([item]) => item)
  return [...failed, ...unforgotten]
}

/** An account's pages of sync runs are read once for all of a batch: with a million followers they have 21 MB. */
async function forgetAt(account: Account, followers: readonly Follower[], stage: StageDeps): Promise<void> {
  const gone = new Set(followersOf(account, followers).map(it => it.openid))
  if (gone.size === 0) return
  const deps = depsOf(account, stage)
  const { syncRuns, journal, now } = deps
  await Promise.all([syncRuns.forget(gone), journal.forget(gone)])
  // Whoever followed again meanwhile was noted, and is to be noted still.
  const returned = [...(await withRow([...gone], deps))]
  if (returned.length > 0) await journal.note({ follow: returned, unfollow: [] }, now())
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

/**
 * Forgets people: who asked WeChat for it, and who left longer ago than the retention time. Afterwards no row, page or
 * note holds their ids.
 *
 * An erasure is done twice: what another process had read of the person before the first time is written by the second.
 */

import type { Erasure, Expiry } from './follower-news.ts'
import type { Forgetting } from './forget-images.ts'
import { type AppId, maskId, type OpenId } from './identifiers.ts'
import { ownerOf } from './image-keys.ts'
import { oneByOne } from './person-ids.ts'
import { inParallel, inRuns } from './pool.ts'
import type { Erasures, Journal, LinkStore, LinkUpkeep, Log, Now, PersonIds, Queue, WalkStore } from './ports.ts'
import { batchSize } from './walk.ts'

export type EraseDeps = {
  readonly links: Pick<LinkUpkeep, 'idsOf' | 'erase' | 'expire'> & Pick<LinkStore, 'followers'>
  readonly erasures: Pick<Erasures, 'mark' | 'unmark'>
  readonly walks: Pick<WalkStore, 'forget'>
  readonly journal: Pick<Journal, 'forget' | 'note'>
  readonly now: Now
  readonly followers: Pick<Queue, 'push'>
  /** The queue by which arrivals of pictures come; who is forgotten takes theirs along. */
  readonly imageArrivals: Pick<Queue, 'push'>
  readonly miniAppid: AppId
  readonly log: Log
}

/** Longer than any function that reads and writes links may run. */
const secondPassSeconds = 120
const atOnce = 10

/** Erases people; answers the erasures that failed, so that they come again. */
export async function erasePeople<E extends Erasure>(erasures: readonly E[], deps: EraseDeps): Promise<E[]> {
  return forgetAll(erasures, deps, async ({ who, at, isSecond }) => {
    // Each id leads to its own rows: those of an event need not be those that we joined.
    const known = await Promise.all(oneByOne(who).map(deps.links.idsOf))
    // From now on nothing that is under way brings the person back for good. Both times: the second may find more.
    await markAll(known, at, deps)
    // Before the rows too: they lead to one another, and these know them all, should this be cut short.
    if (!isSecond) await pushSecond(known, at, deps)
    const owners = await forgetPictures(known, at, deps)
    const found = (await Promise.all(known.map(ids => deps.links.erase(ids, at)))).flat()
    if (!isSecond && found.length > 0) await pushSecond(found, at, deps)
    owners.push(...(await forgetPictures(found, at, deps)))
    const openids = openidsIn([...known, ...found])
    deps.log.info('link-followers.erased', { openids: openids.map(maskId), owners, isSecond })
    return withoutBack(openids, deps)
  })
}

async function markAll(known: readonly PersonIds[], at: number, { erasures }: EraseDeps): Promise<void> {
  for (const openid of openidsIn(known)) await erasures.mark(openid, at)
}

/** Both times, as the links; answers the names that these people have among the pictures. */
async function forgetPictures(
  people: readonly PersonIds[],
  at: number,
  { imageArrivals, miniAppid }: EraseDeps,
): Promise<string[]> {
  const miniOpenids = new Set(people.flatMap(it => it.miniOpenid ?? []))
  const owners = [...miniOpenids].map(it => ownerOf(miniAppid, it))
  await imageArrivals.push(owners.map(forget => ({ forget, at, isSecond: false }) satisfies Forgetting))
  return owners
}

function openidsIn(known: readonly PersonIds[]): OpenId[] {
  return [...new Set(known.flatMap(it => it.openid ?? []))]
}

/** Forgets who left long ago, unless they came back; answers what failed, so that it comes again. */
export async function expirePeople<E extends Expiry>(expiries: readonly E[], deps: EraseDeps): Promise<E[]> {
  return forgetAll(expiries, deps, async ({ openids, at }) => {
    const expired: OpenId[] = []
    await inParallel(openids, atOnce, async openid => {
      if (await deps.links.expire(openid, at)) expired.push(openid)
    })
    deps.log.info('link-followers.expired', { openids: expired.length })
    return expired
  })
}

/** The pages of the walks are read once for all of a batch: with a million followers they have 21 MB. */
async function forgetAll<T>(
  items: readonly T[],
  deps: EraseDeps,
  forget: (item: T) => Promise<readonly OpenId[]>,
): Promise<T[]> {
  const { walks, journal, log } = deps
  const failed: T[] = []
  const gone = new Set<OpenId>()
  await inParallel(items, atOnce, async item => {
    try {
      for (const openid of await forget(item)) gone.add(openid)
    } catch (error) {
      log.error('link-followers.not-forgotten', { error })
      failed.push(item)
    }
  })
  if (gone.size === 0) return failed
  try {
    await Promise.all([walks.forget(gone), journal.forget(gone)])
    // Whoever followed again meanwhile was noted, and is to be noted still.
    const back = [...(await backAmong([...gone], deps))]
    if (back.length > 0) await journal.note({ follow: back, unfollow: [] }, deps.now())
    return failed
  } catch (error) {
    log.error('link-followers.not-forgotten', { error })
    return [...items]
  }
}

/** Whoever followed again after the erasure has a row still, and is a follower like all others. */
async function withoutBack(openids: readonly OpenId[], deps: EraseDeps): Promise<OpenId[]> {
  const back = await backAmong(openids, deps)
  return openids.filter(it => !back.has(it))
}

async function backAmong(openids: readonly OpenId[], { links, erasures }: EraseDeps): Promise<ReadonlySet<OpenId>> {
  const back = new Set<OpenId>()
  for (const run of inRuns(openids, batchSize)) {
    for (const { openid, followedAt = 0 } of (await links.followers(run)).values()) {
      await erasures.unmark(openid, followedAt)
      back.add(openid)
    }
  }
  return back
}

function pushSecond(known: readonly PersonIds[], at: number, { followers }: EraseDeps): Promise<void> {
  const seconds = known.map(who => ({ change: 'erase', who, at, isSecond: true }) satisfies Erasure)
  return followers.push(seconds, secondPassSeconds)
}

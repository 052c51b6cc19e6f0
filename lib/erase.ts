/**
 * Forgets people: who asked WeChat for it, and who left longer ago than the retention time. Afterwards no row, page or
 * note holds their ids.
 *
 * An erasure is done twice: what another process had read of the person before the first time is written by the second.
 */

import type { Erasure, Expiry } from './follower-news.ts'
import { maskId, type OpenId } from './identifiers.ts'
import { inParallel } from './pool.ts'
import type { Erasures, Journal, LinkStore, LinkUpkeep, Log, Queue, WalkStore } from './ports.ts'

export type EraseDeps = {
  readonly links: Pick<LinkUpkeep, 'idsOf' | 'erase' | 'expire'> & Pick<LinkStore, 'followers'>
  readonly erasures: Pick<Erasures, 'mark' | 'unmark'>
  readonly walks: Pick<WalkStore, 'forget'>
  readonly journal: Pick<Journal, 'forget'>
  readonly followers: Pick<Queue, 'push'>
  readonly log: Log
}

/** Longer than any function that reads and writes links may run. */
const secondPassSeconds = 120
const atOnce = 10

/** Erases people; answers the erasures that failed, so that they come again. */
export async function erasePeople<E extends Erasure>(erasures: readonly E[], deps: EraseDeps): Promise<E[]> {
  return forgetAll(erasures, deps, async it => {
    const ids = await deps.links.idsOf(it.who)
    // From now on nothing that is under way brings the person back for good.
    if (ids.openid !== undefined) await deps.erasures.mark(ids.openid, it.at)
    // Before the rows too: they lead to one another, and it knows them all, should this be cut short.
    if (!it.isSecond) await pushSecond({ ...it, who: ids }, deps)
    await deps.links.erase(ids, it.at)
    deps.log.info('link-followers.erased', { openid: maskId(ids.openid ?? ''), isSecond: it.isSecond })
    return ids.openid === undefined || (await isBack(ids.openid, deps)) ? [] : [ids.openid]
  })
}

/** Forgets who left long ago, unless they came back; answers what failed, so that it comes again. */
export async function expirePeople<E extends Expiry>(expiries: readonly E[], deps: EraseDeps): Promise<E[]> {
  return forgetAll(expiries, deps, async ({ openids, at }) => {
    await inParallel(openids, atOnce, openid => deps.links.expire(openid, at))
    deps.log.info('link-followers.expired', { openids: openids.length })
    return openids
  })
}

/** The pages of the walks are read once for all of a batch: with a million followers they have 21 MB. */
async function forgetAll<T>(
  items: readonly T[],
  { walks, journal, log }: EraseDeps,
  forget: (item: T) => Promise<readonly OpenId[]>,
): Promise<T[]> {
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
    return failed
  } catch (error) {
    log.error('link-followers.not-forgotten', { error })
    return [...items]
  }
}

/** Whoever followed again after the erasure has a row still, and is a follower like all others. */
async function isBack(openid: OpenId, { links, erasures }: EraseDeps): Promise<boolean> {
  if (!(await links.followers([openid])).has(openid)) return false
  await erasures.unmark(openid)
  return true
}

function pushSecond({ change, who, at }: Erasure, { followers }: EraseDeps): Promise<void> {
  return followers.push([{ change, who, at, isSecond: true } satisfies Erasure], secondPassSeconds)
}

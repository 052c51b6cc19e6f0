/**
 * Forgets people: who asked WeChat for it, and who left longer ago than the retention time. Afterwards no row, page or
 * note holds their ids.
 *
 * An erasure is done twice: what another process had read of the person before the first time is written by the second.
 */

import { maskId, type OpenId, type UnionId } from '../identifiers.ts'
import { inParallel, inRuns } from '../pool.ts'
import type { Now, Queue } from '../ports.ts'
import { forgetPictures, type PictureErasureDeps } from './erase-pictures.ts'
import { batchSize } from './follower-batches.ts'
import type { Erasure, Expiry } from './follower-news.ts'
import { type FollowerRow, isReadable } from './link.ts'
import { together, without } from './person-ids.ts'
import type { Erasures, Journal, LinkStore, LinkUpkeep, PersonIds } from './ports.ts'

export type EraseDeps = PictureErasureDeps & {
  readonly links: Pick<LinkUpkeep, 'idsOf' | 'erase' | 'expire'> & Pick<LinkStore, 'followers' | 'loginsOf'>
  readonly erasures: Pick<Erasures, 'mark' | 'unmark'>
  /** What is kept of the walks through the list. */
  readonly walks: Pick<Journal, 'forget'>
  readonly journal: Pick<Journal, 'forget' | 'note'>
  readonly now: Now
  readonly followers: Queue<Erasure>
}

/** Longer than any function that reads and writes links may run. */
const secondPassSeconds = 120
const atOnce = 10
/** Rows lead to a unionid, from there to a login, and to another unionid of before or after a move. */
const mostRounds = 8

/** Erases people; answers the erasures that failed, so that they come again. */
export async function erasePeople<E extends Erasure>(erasures: readonly E[], deps: EraseDeps): Promise<E[]> {
  return forgetAll(erasures, deps, wish => erase(wish, deps))
}

/**
 * Nothing goes before the queue knows all ids that it leads to, by the message for the second time: should this be cut
 * short, they would lead nowhere. So whatever is come upon on the way is told first, and then all begins anew.
 */
async function erase({ who, also = [], at, isSecond }: Erasure, deps: EraseDeps): Promise<OpenId[]> {
  const told = without([who, ...also], [])
  // Each id leads to its own rows: those of an event need not be those that we joined.
  const known = without([...told, ...(await Promise.all(told.map(deps.links.idsOf)))], [])
  const owners: string[] = []
  let queued = isSecond ? told : []
  for (let round = 0; round < mostRounds; round++) {
    const news = without(known, queued)
    // From now on nothing that is under way brings the person back for good. Both times: the second may find more.
    await markAll(round === 0 ? known : news, at, deps)
    if (news.length > 0) await pushSecond(known, at, deps)
    owners.push(...(await forgetPictures(round === 0 ? known : news, at, deps)))
    queued = known.slice()
    const found = without(await deps.links.erase(known, at), known)
    if (found.length === 0) return erased(known, { owners, isSecond }, deps)
    known.push(...found)
  }
  throw new Error('always more rows lead to a person who is to be forgotten')
}

type Erased = { readonly owners: readonly string[]; readonly isSecond: boolean }

function erased(known: readonly PersonIds[], how: Erased, deps: EraseDeps): Promise<OpenId[]> {
  const openids = openidsIn(known)
  deps.log.info('link-followers.erased', { openids: openids.map(maskId), ...how })
  return withoutBack(openids, deps)
}

async function markAll(known: readonly PersonIds[], at: number, { erasures }: EraseDeps): Promise<void> {
  for (const openid of openidsIn(known)) await erasures.mark(openid, at)
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

/** Whoever followed or logged in again after the wish has a row still, and is a follower like all others. */
async function withoutBack(openids: readonly OpenId[], deps: EraseDeps): Promise<OpenId[]> {
  const back = await backAmong(openids, deps)
  return openids.filter(it => !back.has(it))
}

async function backAmong(openids: readonly OpenId[], deps: EraseDeps): Promise<ReadonlySet<OpenId>> {
  const back = new Set<OpenId>()
  for (const run of inRuns(openids, batchSize)) {
    const rows = [...(await deps.links.followers(run)).values()]
    await unmarkAll(rows.filter(isReadable), deps)
    for (const { openid } of rows) back.add(openid)
  }
  return back
}

async function unmarkAll(rows: readonly FollowerRow[], { links, erasures }: EraseDeps): Promise<void> {
  const unionids = [...new Set(rows.flatMap(it => it.unionid ?? []))]
  const logins = unionids.length === 0 ? new Map<UnionId, number>() : await links.loginsOf(unionids)
  for (const { openid, unionid, followedAt = 0 } of rows) {
    const loginAt = unionid === undefined ? 0 : (logins.get(unionid) ?? 0)
    await erasures.unmark(openid, Math.max(followedAt, Math.floor(loginAt / 1000)))
  }
}

/** One message with all ids, so that the second time nothing leads to an id that is not known. */
function pushSecond(known: readonly PersonIds[], at: number, { followers }: EraseDeps): Promise<void> {
  const [who = {}, ...also] = together(known)
  const second = { change: 'erase', who, ...(also.length === 0 ? {} : { also }), at, isSecond: true } satisfies Erasure
  return followers.push([second], secondPassSeconds)
}

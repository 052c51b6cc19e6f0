/**
 * Erases one person. It is done twice: what another process had read of the person before the first time is written by the
 * second.
 */

import { maskId, type OpenId } from '../identifiers.ts'
import { ownerOf } from '../images/image-keys.ts'
import type { LinkDeps } from './deps.ts'
import type { Erasure } from './follower-news.ts'
import { combine, subtract } from './person-ids.ts'
import type { PersonIds } from './ports.ts'

/** Longer than any function that reads and writes links may run. */
const secondPassSeconds = 120
/** Rows lead to a unionid, from there to a login, and to another unionid of before or after a move. */
const mostRounds = 8

/**
 * Erases a person; answers all openids of theirs. Nothing goes before the queue knows all ids that it leads to, by the
 * message for the second time: should this be cut short, they would lead nowhere. So whatever is found meanwhile is queued
 * first, and then all is repeated.
 */
export async function erase({ who, also = [], at, isSecond }: Erasure, deps: LinkDeps): Promise<readonly OpenId[]> {
  const told = subtract([who, ...also], [])
  // Each id leads to its own rows: those of an event need not be those that we joined.
  const known = subtract([...told, ...(await Promise.all(told.map(deps.links.idsOf)))], [])
  const owners: string[] = []
  let queued = isSecond ? told : []
  for (let round = 0; round < mostRounds; round++) {
    const unqueued = subtract(known, queued)
    const unmarked = round === 0 ? known : unqueued
    // From now on nothing that is under way brings the person back for good. Both times: the second may find more.
    for (const openid of openidsIn(unmarked)) await deps.erasures.mark(openid, at)
    if (unqueued.length > 0) await queueSecond(known, at, deps)
    owners.push(...(await forgetPictures(unmarked, at, deps)))
    queued = known.slice()
    const found = subtract(await deps.links.erase(known, at), known)
    if (found.length === 0) {
      deps.log.info('link-followers.erased', { openids: openidsIn(known).map(maskId), owners, isSecond })
      return openidsIn(known)
    }
    known.push(...found)
  }
  throw new Error('always more rows lead to a person who is to be erased')
}

function openidsIn(known: readonly PersonIds[]): OpenId[] {
  return [...new Set(known.flatMap(it => it.openid ?? []))]
}

/** Tells who removes pictures of these people's; answers the names that they have there. */
export async function forgetPictures(
  people: readonly PersonIds[],
  at: number,
  { imageArrivals, miniAppid }: LinkDeps,
): Promise<string[]> {
  const miniOpenids = new Set(people.flatMap(it => it.miniOpenid ?? []))
  const owners = [...miniOpenids].map(it => ownerOf(miniAppid, it))
  await imageArrivals.push(owners.map(forget => ({ forget, at, isSecond: false })))
  return owners
}

/** One message with all ids, so that the second time nothing leads to an id that is not known. */
function queueSecond(known: readonly PersonIds[], at: number, { followers }: LinkDeps): Promise<void> {
  const [who = {}, ...also] = combine(known)
  const second = { change: 'erase', who, ...(also.length === 0 ? {} : { also }), at, isSecond: true } satisfies Erasure
  return followers.push([second], secondPassSeconds)
}

/**
 * Erases one person, in all apps. It is done twice: what another process had read of the person before the first time is
 * written by the second.
 */

import { type Address, maskId, type OfficialAppId, type OpenId } from '../identifiers.ts'
import { ownerOf } from '../images/image-keys.ts'
import type { StageDeps } from './deps.ts'
import type { Erasure } from './follower-news.ts'
import { subtract } from './person-ids.ts'

/** Longer than any function that reads and writes links may run. */
const secondPassSeconds = 120
/** Rows lead to a unionid, from there to other apps, and to another unionid of before or after a move. */
const mostRounds = 8

/** One follower of one account. */
export type Follower = { readonly official: OfficialAppId; readonly openid: OpenId }

/**
 * Erases a person; answers by which openids they were followers. Nothing goes before the queue knows all addresses that it
 * leads to, by the message for the second time: should this be cut short, they would lead nowhere. So whatever is found
 * meanwhile is queued first, and then all is repeated.
 */
export async function erase({ who, at, isSecond }: Erasure, deps: StageDeps): Promise<readonly Follower[]> {
  const told = subtract(who, [])
  // Each leads to its own rows: those of an event need not be those that we joined.
  const known = await completed(told, deps)
  const owners: string[] = []
  let queued = isSecond ? told : []
  for (let round = 0; round < mostRounds; round++) {
    const unqueued = subtract(known, queued)
    const unmarked = round === 0 ? known : unqueued
    // From now on nothing that is under way brings the person back for good. Both times: the second may find more.
    await mark(unmarked, at, deps)
    if (unqueued.length > 0) await queueSecond(known, at, deps)
    owners.push(...(await forgetPictures(unmarked, at, deps)))
    queued = known.slice()
    const found = subtract(await deps.links.erase(known, at), known)
    if (found.length === 0) {
      const openids = followersIn(known).map(it => maskId(it.openid))
      deps.log.info('link-followers.erased', { openids, owners, isSecond })
      return followersIn(known)
    }
    known.push(...found)
  }
  throw new Error('always more rows lead to a person who is to be erased')
}

/** With all addresses of a person to which each of these leads. */
export async function completed(told: readonly Address[], { links }: StageDeps): Promise<Address[]> {
  const found = await Promise.all(told.map(it => links.idsOf(it)))
  return subtract([...told, ...found.flat()], [])
}

function followersIn(known: readonly Address[]): Follower[] {
  return known.flatMap(it => ('official' in it ? it : []))
}

/** Of an account that the stage has no more no sync run or event brings anybody back. */
async function mark(known: readonly Address[], at: number, { accounts }: StageDeps): Promise<void> {
  for (const { official, openid } of followersIn(known)) {
    await accounts.find(it => it.app.appid === official)?.erasures.mark(openid, at)
  }
}

/** Tells who removes pictures of these people's; answers the names that they have there. */
export async function forgetPictures(
  people: readonly Address[],
  at: number,
  { imageArrivals }: StageDeps,
): Promise<string[]> {
  const owners = subtract(people, []).flatMap(it => ('mini' in it ? ownerOf(it.mini, it.miniOpenid) : []))
  await imageArrivals.push(owners.map(forget => ({ forget, at, isSecond: false })))
  return owners
}

/** One message with all addresses, so that the second time nothing leads to one that is not known. */
function queueSecond(known: readonly Address[], at: number, { followers }: StageDeps): Promise<void> {
  const second = { change: 'erase', who: known.slice(), at, isSecond: true } satisfies Erasure
  return followers.push([second], secondPassSeconds)
}

/** What `reach` must say of a person once everything is worked in; where the model cannot know, all that it may say. */

import type { Reach } from '../../lib/followers/link.ts'
import type { Address, OpenId, UnionId } from '../../lib/identifiers.ts'
import { miniAppid } from '../ids.ts'
import {
  type ErasureRequest,
  followedAtOf,
  isFollowing,
  type Login,
  openidOf,
  type Person,
  unionidOf,
} from './people.ts'

export type Truth = { readonly address: Address; readonly reach: ReadonlySet<Reach> }

/** Every address of a person, with what its reach may be at their account; of `excused` unionids there is no telling. */
export function truthsOf(person: Person, excused: ReadonlySet<UnionId>): Truth[] {
  const { openids, official, human } = person
  const { miniOpenid, logins } = human
  const unionids = [...new Set(human.unionids)].filter(it => !excused.has(it))
  const isSure = logins.every(it => it.unionid === undefined || !excused.has(it.unionid))
  return [
    ...openids.map(openid => ({ address: { official, openid }, reach: ofOpenid(openid, person) })),
    ...(isSure ? [{ address: { mini: miniAppid, miniOpenid }, reach: ofMini(person) }] : []),
    ...unionids.map(unionid => ({ address: { unionid }, reach: ofUnionid(unionid, person) })),
  ]
}

/** Requested erasure as a follower, and has neither followed again nor perhaps logged in again since. */
export function isForgotten(person: Person): boolean {
  return isForgottenBy(person, it => it.app === person.official) && !isPerhapsBack(person)
}

/** A login that began after an erasure request, however far it came. */
function isPerhapsBack({ human: { logins, requests } }: Person): boolean {
  return logins.some(login => requests.some(it => it.at < Math.floor(login.from / 1000)))
}

/** They logged in when all their requests were worked in, as who they still are; a sync run finds that they follow. */
function isSurelyBack(person: Person): boolean {
  const { logins, requests, expiredAt } = person.human
  const isLater = ({ from }: Login) => requests.every(it => it.doneAt < from && it.at < Math.floor(from / 1000))
  const isThey = ({ end, unionid }: Login) =>
    end === 'answered' && unionid !== undefined && unionid === unionidOf(person)
  return expiredAt === 0 && logins.some(it => isThey(it) && isLater(it))
}

/** All of a person's logins are older than an erasure request that must find them. */
function areLoginsForgotten(person: Person): boolean {
  return person.human.logins.every(it => isSurelyGone(it, person))
}

function isForgottenBy(person: Person, counts: (request: ErasureRequest) => boolean): boolean {
  const followedAt = followedAtOf(person) ?? 0
  return person.human.requests.some(it => counts(it) && it.at >= followedAt)
}

/** An erasure request to the mini program finds the follower too if the two are joined by then, which the model does not judge. */
function mayBeForgotten(person: Person): boolean {
  return isForgottenBy(person, () => true)
}

function ofOpenid(openid: OpenId, person: Person): Set<Reach> {
  // Nobody may have noticed that they were known by it.
  if (openid !== openidOf(person)) return new Set(['not-following', 'unknown'])
  if (isForgotten(person) || person.spells.length === 0) return new Set(['unknown'])
  const reach = isFollowing(person) ? 'reachable' : 'not-following'
  // Nobody may have noticed that they ever followed; or they were forgotten once.
  const isSure = isFollowing(person) && (!mayBeForgotten(person) || isSurelyBack(person))
  return new Set(isSure ? [reach] : [reach, 'unknown'])
}

function ofUnionid(unionid: UnionId, person: Person): Set<Reach> {
  const isReachable = unionid === unionidOf(person) && isFollowing(person) && !isForgotten(person)
  const isKnown = person.human.logins.some(it => it.unionid === unionid && isSurelyKept(it, person))
  if (isReachable && (!mayBeForgotten(person) || isSurelyBack(person))) return new Set(['reachable'])
  if (isReachable) return new Set(['reachable', 'not-following', 'unknown'])
  const isGone = isForgotten(person) && isNamed(unionid, person) && areLoginsForgotten(person)
  if (isGone && isNobodyElsewhere(person)) return new Set(['unknown'])
  return new Set(isKnown ? ['not-following'] : ['not-following', 'unknown'])
}

/** No other account ever knew them, so nothing of theirs is left that leads to the unionid. */
function isNobodyElsewhere(person: Person): boolean {
  return person.human.faces.every(it => it === person || it.spells.length === 0)
}

/** The request named this unionid, and they never had another one, so that all that hangs on it is found. */
function isNamed(unionid: UnionId, { official, human: { requests, unionids } }: Person): boolean {
  return unionids.length === 1 && requests.findLast(it => it.app === official)?.unionid === unionid
}

function ofMini(person: Person): Set<Reach> {
  const { logins } = person.human
  const kept = logins.filter(it => isSurelyKept(it, person))
  const perhaps = logins.filter(it => !isSurelyKept(it, person) && !isSurelyGone(it, person))
  const sure = kept.findLast(it => it.unionid !== undefined)
  // Logins at once cannot be told apart by when they began; one that is perhaps there counts if it may be the last.
  const others = [...kept, ...perhaps].filter(it => it.at >= (sure?.from ?? 0))
  const reaches = [sure?.unionid, ...others.map(it => it.unionid)].flatMap(it => [...reachBehind(it, person)])
  if (kept.length > 0) return new Set(reaches)
  return new Set(perhaps.length > 0 ? [...reaches, 'unknown'] : ['unknown'])
}

function reachBehind(unionid: UnionId | undefined, person: Person): Set<Reach> {
  if (unionid === undefined) return new Set(['no-unionid'])
  // The mini program's user is known, whatever is of the follower.
  const reach = ofUnionid(unionid, person)
  return new Set([...reach].map(it => (it === 'unknown' ? 'not-following' : it)))
}

/**
 * Worked in to its end, and exchanged after every request.
 *
 * After it was worked in: one of the second in which the request was told is taken for older. Who left long ago loses their
 * logins too.
 */
function isSurelyKept({ at, end }: Login, { human: { requests, expiredAt } }: Person): boolean {
  return end === 'answered' && requests.every(it => it.doneAt < at) && expiredAt === 0
}

/** Exchanged before an erasure request that names the mini program's openid, or the unionid that the login brought. */
function isSurelyGone({ at, unionid, end }: Login, { human: { requests } }: Person): boolean {
  const older = requests.filter(it => it.at >= Math.floor(at / 1000))
  if (older.some(it => it.app === 'mini')) return true
  return end === 'answered' && older.some(it => it.unionid !== undefined && it.unionid === unionid)
}

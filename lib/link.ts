/** Who follows, and who can be reached: the rules, free of any store. */

import type { Address, OpenId, UnionId } from './identifiers.ts'

/** What is stored of one follower; `at` and `followedAt` are seconds by WeChat's clock. */
export type FollowerRow = {
  readonly openid: OpenId
  readonly unionid?: UnionId
  readonly following: boolean
  readonly followedAt?: number
  /** The instant up to which this is known to be true. */
  readonly at: number
  /** Counts the states of one second, for a store that keeps more than one row of a person; absent for the first. */
  readonly turn?: number
}

/** What WeChat answered, or an event told, of one follower. */
export type FollowerSeen = FollowerRow & {
  /** Set when WeChat was asked after the stored row was read: then it is the newer of two that share a second. */
  readonly confirmed?: boolean
}

/** What all rows together say of one person. */
export type Person = {
  readonly known: boolean
  readonly openid?: OpenId
  readonly unionid?: UnionId
  readonly following: boolean
  readonly followedAt?: number
}

export type Reach = 'reachable' | 'not-following' | 'no-unionid' | 'unknown'

/**
 * Merges what was seen into what is stored: the row to write, or `unchanged`, or `ask`.
 *
 * An older event never undoes a newer one. Two events of one second that contradict each other cannot be ordered by
 * their times, so `ask` says: ask WeChat, and come back with the answer `confirmed`.
 */
export function mergeFollower(stored: FollowerRow | undefined, seen: FollowerSeen): FollowerRow | 'unchanged' | 'ask' {
  if (stored === undefined) return rowOf(seen)
  if (seen.at < stored.at) return 'unchanged'
  if (seen.at === stored.at && seen.following !== stored.following && !seen.confirmed) return 'ask'
  const row = rowOf(seen, stored)
  return isSame(row, stored) ? 'unchanged' : row
}

/** Tells how a person can be reached by the address they were looked up with. */
export function reachOf(address: Address, person: Person): Reach {
  if (!person.known) return 'unknown'
  if ('miniOpenid' in address && person.unionid === undefined) return 'no-unionid'
  return person.following && person.openid !== undefined ? 'reachable' : 'not-following'
}

const cures = {
  'not-following': 'The user must follow the Official Account.',
  'no-unionid':
    'Bind the mini program and the Official Account to one Open Platform account (open.weixin.qq.com); the user gets a unionid at the next login.',
  unknown: 'Nobody with this id has followed or logged in yet; check the id and which app it belongs to.',
} satisfies Record<Exclude<Reach, 'reachable'>, string>

/** Says in one sentence what would make the person reachable. */
export function cureOf(reach: Reach): string | undefined {
  return reach === 'reachable' ? undefined : cures[reach]
}

function rowOf(seen: FollowerSeen, stored?: FollowerRow): FollowerRow {
  const { openid, following, at, followedAt } = seen
  // An event of someone leaving names no unionid; the person is still the same.
  const unionid = seen.unionid ?? (following ? undefined : stored?.unionid)
  return {
    openid,
    following,
    at,
    ...(unionid === undefined ? {} : { unionid }),
    ...(followedAt === undefined ? {} : { followedAt }),
  }
}

/**
 * Nothing to write. The newer instant of one who left is kept, for an older follow must not undo it, and that of one
 * without unionid, who is asked for again in time.
 */
function isSame(one: FollowerRow, other: FollowerRow): boolean {
  const isSettled = one.following && one.followedAt !== undefined && one.unionid !== undefined
  const isDated = one.at === other.at || isSettled
  const isAlike = one.following === other.following && one.unionid === other.unionid
  return isDated && isAlike && one.followedAt === other.followedAt
}

/** Who follows, and who can be reached: the rules, free of any store. */

import type { OfficialAppId, OpenId, UnionId } from '../identifiers.ts'
import type { MiniUser, ScanLink } from './scan.ts'

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
  /** The unionids that they had before, as before the apps were bound to another Open Platform account. */
  readonly formerly?: readonly UnionId[]
}

/** What a stored row has beside that: whose codes they scanned, and which version of those links this is. */
type Scanned = { readonly scanned?: readonly MiniUser[]; readonly version?: unknown }

/** A row that cannot be read, and what of it can. What WeChat says now is best written over it. */
type UnreadableRow = Pick<FollowerRow, 'openid' | 'unionid' | 'formerly'> & Scanned & { readonly isUnreadable: true }
type ReadableRow = FollowerRow & Scanned
export type StoredRow = ReadableRow | UnreadableRow

/** What WeChat answered, or an event told, of one follower. */
export type FollowerSeen = FollowerRow & {
  /** Set when WeChat was asked after the stored row was read: then it is the newer of two that share a second. */
  readonly confirmed?: boolean
  /** Set if WeChat does not know the openid: whoever stands by it does not follow, for openids are not given again. */
  readonly isNobody?: boolean
}

/** What is known of one person at one Official Account; `openid` is the one that they have there. */
export type AtAccount = Pick<Person, 'openid' | 'following' | 'followedAt' | 'isByScan'>

/** What all rows together say of one person, in plain data. */
export type FoundPerson = {
  readonly known: boolean
  readonly unionid?: UnionId
  /** By Official Account; one of which nothing is known of them is absent, and one whose row cannot be read says so. */
  readonly accounts: ReadonlyMap<OfficialAppId, AtAccount | 'unreadable'>
  /** Set if only this account was asked for, by an openid of its own: of the others nothing is told. */
  readonly only?: OfficialAppId
  /** Links by scan that unionids contradict: they count no more, and are to be ended. */
  readonly overruled?: readonly ScanLink[]
}

/** A person as one Official Account sees them. */
export type Person = {
  readonly known: boolean
  readonly openid?: OpenId
  readonly unionid?: UnionId
  readonly following: boolean
  readonly followedAt?: number
  /** Set if no unionid leads to the openid, but a scan of their follow code. */
  readonly isByScan?: true
}

export type Reach = 'reachable' | 'not-following' | 'no-unionid' | 'unknown'

/**
 * Merges what was seen into what is stored: the row to write, or `unchanged`, or `ask`.
 *
 * An older event never undoes a newer one. Two events of one second that contradict each other cannot be ordered by
 * their times, and none by those of a row that cannot be read, so `ask` says: ask WeChat, and come back with the answer
 * `confirmed`.
 */
export function mergeFollower(stored: StoredRow | undefined, seen: FollowerSeen): FollowerRow | 'unchanged' | 'ask' {
  if (seen.isNobody) return ofNobody(stored, seen)
  if (stored === undefined) return rowOf(seen)
  if (!isReadable(stored)) return seen.confirmed ? rowOf(seen, stored) : 'ask'
  if (seen.at < stored.at) return 'unchanged'
  if (seen.at === stored.at && seen.following !== stored.following && !seen.confirmed) return 'ask'
  const row = rowOf(seen, stored)
  return isSame(row, stored) ? 'unchanged' : row
}

export function isReadable(row: StoredRow): row is ReadableRow {
  return !('isUnreadable' in row)
}

/** The person as one Official Account sees them; undefined where what is needed for that cannot be read. */
export function personIn(found: FoundPerson | undefined, official: OfficialAppId): Person | undefined {
  if (found === undefined) return undefined
  const { known, unionid, accounts, only = official } = found
  if (only !== official) throw new Error(`only ${only} was asked for this person, not ${official}`)
  const account = accounts.get(official) ?? { following: false }
  if (account === 'unreadable') return undefined
  return { known, ...account, ...(unionid === undefined ? {} : { unionid }) }
}

/** The person that a store has found; throws where their row could not be read, so that nobody is told what is not known. */
export function readable(person: Person | undefined): Person {
  if (person === undefined) throw new Error('what is stored of this person cannot be read')
  return person
}

/** Tells how a person can be reached. Without unionid an openid of another app leads to none of this account. */
export function reachOf({ known, openid, unionid, following }: Person): Reach {
  if (!known) return 'unknown'
  if (openid === undefined && unionid === undefined) return 'no-unionid'
  return following && openid !== undefined ? 'reachable' : 'not-following'
}

const hintsFor = (account: string) =>
  ({
    'not-following': `The user must follow the Official Account${account}.`,
    'no-unionid': `Bind the mini program and the Official Account${account} to one Open Platform account (open.weixin.qq.com); the user gets a unionid at the next login. Or have them scan a follow code (POST /follow-codes).`,
    unknown: 'Nobody with this id has followed or logged in yet; check the id and which app it belongs to.',
  }) satisfies Record<Exclude<Reach, 'reachable'>, string>

/** Says in one sentence what would make the person reachable; `account` is the name of the one that is to reach them, if there are several. */
export function hintOf(reach: Reach, account?: string): string | undefined {
  return reach === 'reachable' ? undefined : hintsFor(account === undefined ? '' : ` ${account}`)[reach]
}

/** No row is made of whom WeChat does not know; and one that follows does not any more, whenever that was told. */
function ofNobody(stored: StoredRow | undefined, seen: FollowerSeen): FollowerRow | 'unchanged' {
  if (stored === undefined) return 'unchanged'
  if (!isReadable(stored)) return rowOf(seen, stored)
  return stored.following ? rowOf({ ...seen, at: Math.max(seen.at, stored.at) }, stored) : 'unchanged'
}

function rowOf(seen: FollowerSeen, stored?: StoredRow): FollowerRow {
  const { openid, following, at } = seen
  // The person is still the same.
  const before = tellsOnlyWhether(seen) ? stored : undefined
  const unionid = seen.unionid ?? before?.unionid
  const followedAt = seen.followedAt ?? followedAtOf(following, before)
  const formerly = formerlyOf(unionid, stored)
  return {
    ...{ openid, following, at },
    ...(unionid === undefined ? {} : { unionid }),
    ...(followedAt === undefined ? {} : { followedAt }),
    ...(formerly.length === 0 ? {} : { formerly }),
  }
}

/** As an event of unfollowing; and as WeChat answered of a follower, at least once, with nothing else (docs/wechat.md 5.3). */
function tellsOnlyWhether({ following, unionid, followedAt }: FollowerSeen): boolean {
  return unionid === undefined && !(following && followedAt !== undefined)
}

function followedAtOf(following: boolean, before: StoredRow | undefined): number | undefined {
  return following && before !== undefined && isReadable(before) && before.following ? before.followedAt : undefined
}

/** Kept, for their rows must lead nowhere, and must go with the person. */
function formerlyOf(unionid: UnionId | undefined, stored: StoredRow | undefined): UnionId[] {
  const before = [...(stored?.formerly ?? []), ...(stored?.unionid === undefined ? [] : [stored.unionid])]
  return [...new Set(before)].filter(it => it !== unionid)
}

/** Nothing to write. But the newer instant is kept of one who unfollowed, and of one without unionid, who is asked for again. */
function isSame(one: FollowerRow, other: FollowerRow): boolean {
  const isSettled = one.following && one.followedAt !== undefined && one.unionid !== undefined
  const isDated = one.at === other.at || isSettled
  const isAlike = one.following === other.following && one.unionid === other.unionid
  return isDated && isAlike && one.followedAt === other.followedAt
}

/** The store of links in memory: it passes the same contract suite as the real one. */

import {
  type AtAccount,
  type FollowerRow,
  type FoundPerson,
  isReadable,
  type StoredRow,
} from '../../lib/followers/link.ts'
import { subtract } from '../../lib/followers/person-ids.ts'
import type { FollowerLinks, LinkStore, LinkUpkeep } from '../../lib/followers/ports.ts'
import type { Address, AppId, MiniAppId, MiniOpenId, OfficialAppId, OpenId, UnionId } from '../../lib/identifiers.ts'

/** Whoever a unionid leads to at one account, as of `at`. */
type Side = { follower?: FollowerRow; at: number }
type Login = { miniOpenid: MiniOpenId; at: number }
type Union = { readonly sides: Map<OfficialAppId, Side>; readonly logins: Map<MiniAppId, Login> }
type Mini = { unionid?: UnionId; at: number }
type Follower = { readonly official: OfficialAppId; readonly openid: OpenId }

type Rows = {
  /** By their keys. */
  readonly followers: Map<string, FollowerRow>
  readonly minis: Map<string, Mini>
  readonly unions: Map<UnionId, Union>
  /** The addresses whose row, or whose side of an app, cannot be read. */
  readonly spoilt: Set<string>
}

/** Makes the row of an address one that cannot be read; of a unionid the side of this app. */
export type Spoil = (address: Address, appid?: AppId) => Promise<void>

/** `all` answers everything that is stored. */
export function memoryLinks(): LinkStore & LinkUpkeep & { all(): unknown; readonly spoil: Spoil } {
  const rows: Rows = { followers: new Map(), minis: new Map(), unions: new Map(), spoilt: new Set() }
  const { minis, unions } = rows
  return {
    ...upkeep(rows),
    all: () => rows,
    spoil: async (address, appid) => void rows.spoilt.add(`${keyOf(address)}${appid ?? ''}`),
    of: official => followersOf(official, rows),
    resolve: async (addresses, scope) => addresses.map(address => personOf(address, rows, scope === 'everywhere')),
    async writeLogin({ mini, miniOpenid, unionid }, at) {
      const key = keyOf({ mini, miniOpenid })
      const before = minis.get(key)
      const kept = unionid ?? before?.unionid
      if ((before?.at ?? 0) <= at) minis.set(key, { at, ...(kept && { unionid: kept }) })
      if (unionid === undefined) return
      rows.spoilt.delete(key)
      const { logins } = unionOf(unionid, rows)
      if ((logins.get(mini)?.at ?? 0) <= at) logins.set(mini, { miniOpenid, at })
    },
    async loginsOf(unionids) {
      const known = unionids.map(it => [it, lastLogin(unions.get(it))] as const)
      return new Map(known.filter(([, at]) => at > 0))
    },
  }
}

function followersOf(official: OfficialAppId, rows: Rows): FollowerLinks {
  return {
    followers: async openids => new Map(openids.flatMap(openid => storedOf({ official, openid }, rows))),
    async writeFollower(row, stored) {
      const key = keyOf({ official, openid: row.openid })
      const [[, present] = []] = storedOf({ official, openid: row.openid }, rows)
      if (!isSame(present, stored)) return false
      rows.followers.set(key, row)
      rows.spoilt.delete(key)
      settleAll([row], official, rows)
      if (stored?.unionid !== undefined) settle(stored.unionid, { official, openid: row.openid }, rows)
      return true
    },
    async rejoin(some) {
      settleAll(some, official, rows)
      const isOther = ({ openid, unionid }: FollowerRow) => {
        const found = unionid && rows.unions.get(unionid)?.sides.get(official)?.follower?.openid
        return found !== undefined && found !== openid
      }
      return new Set(some.filter(isOther).map(it => it.openid))
    },
  }
}

function keyOf(address: Address): string {
  if ('official' in address) return `openid#${address.official}#${address.openid}`
  return 'unionid' in address ? `unionid#${address.unionid}#` : `mini#${address.mini}#${address.miniOpenid}`
}

function unionOf(unionid: UnionId, { unions }: Rows): Union {
  const union = unions.get(unionid) ?? { sides: new Map(), logins: new Map() }
  unions.set(unionid, union)
  return union
}

function lastLogin(union: Union | undefined): number {
  return Math.max(0, ...[...(union?.logins.values() ?? [])].map(it => it.at))
}

function storedOf(follower: Follower, { followers, spoilt }: Rows): [OpenId, StoredRow][] {
  const row = followers.get(keyOf(follower))
  if (row === undefined) return []
  const { openid, unionid, formerly } = row
  const ids = { openid, ...(unionid && { unionid }), ...(formerly && { formerly }) }
  return [[openid, spoilt.has(keyOf(follower)) ? { ...ids, isUnreadable: true } : row]]
}

function isSame(one: StoredRow | undefined, other: StoredRow | undefined): boolean {
  if (one === undefined || other === undefined) return one === other
  if (!isReadable(one) || !isReadable(other)) return isReadable(one) === isReadable(other)
  return one.at === other.at && one.following === other.following && one.unionid === other.unionid
}

function upkeep(rows: Rows): LinkUpkeep {
  const { followers } = rows
  return {
    async idsOf(address) {
      const found = leadsOf(address, rows)
      return subtract([address, ...found, ...found.flatMap(it => ('unionid' in it ? leadsOf(it, rows) : []))], [])
    },
    async erase(ids, at) {
      const found = subtract(ids, []).flatMap(it => eraseOne(it, { known: ids, at }, rows))
      return subtract(found, [])
    },
    async expire(official, openid, at) {
      const key = keyOf({ official, openid })
      const row = followers.get(key)
      if (row === undefined || rows.spoilt.has(key) || row.following || row.at > at) return false
      followers.delete(key)
      for (const unionid of unionidsOf(row)) expireUnion(unionid, { official, openid }, rows)
      return true
    },
    async *waiting(official, what, until) {
      const isWaiting = (it: FollowerRow) => (what === 'left' ? !it.following : it.following && !it.unionid)
      const own = [...followers].filter(([key]) => key.startsWith(`openid#${official}#`)).map(([, row]) => row)
      const found = own.filter(it => it.at <= until && isWaiting(it)).map(it => it.openid)
      for (let from = 0; from < found.length; from += 100) yield found.slice(from, from + 100)
    },
  }
}

/** By another openid, or at another account, the same person may be known still. */
function expireUnion(unionid: UnionId, { official, openid }: Follower, rows: Rows): void {
  const union = rows.unions.get(unionid)
  const side = union?.sides.get(official)
  if (union === undefined || (side?.follower && side.follower.openid !== openid)) return
  union.sides.delete(official)
  if ([...union.sides.values()].some(it => it.follower !== undefined)) return
  for (const [mini, { miniOpenid }] of union.logins) rows.minis.delete(keyOf({ mini, miniOpenid }))
  rows.unions.delete(unionid)
}

function unionidsOf({ unionid, formerly = [] }: FollowerRow): UnionId[] {
  return [...(unionid === undefined ? [] : [unionid]), ...formerly]
}

type Request = { readonly known: readonly Address[]; readonly at: number }

/** What leads to an address that is not known stays, and is answered. */
function eraseOne(address: Address, { known, at }: Request, rows: Rows): Address[] {
  const unknown = subtract(leadsOf(address, rows), known)
  if (unknown.length > 0) return unknown
  const isBefore = (row: FollowerRow | undefined) => (row?.followedAt ?? 0) <= at
  const isBack = (loginAt: number) => loginAt >= (at + 1) * 1000
  if ('unionid' in address) eraseUnion(address.unionid, { isBefore, isBack }, rows)
  else eraseOwn(address, { isBefore, isBack }, rows)
  return []
}

type Rule = { isBefore(row: FollowerRow | undefined): boolean; isBack(loginAt: number): boolean }

/** Who logged in again is a follower as they were. */
function eraseOwn(
  address: Exclude<Address, { unionid: UnionId }>,
  { isBefore, isBack }: Rule,
  { followers, minis, unions, spoilt }: Rows,
): void {
  const key = keyOf(address)
  const isSpoilt = spoilt.delete(key)
  const row = followers.get(key)
  const unionid = 'official' in address ? row?.unionid : undefined
  const loginAt = minis.get(key)?.at ?? lastLogin(unionid && unions.get(unionid))
  if (!isSpoilt && (!isBefore(row) || isBack(loginAt))) return
  followers.delete(key)
  minis.delete(key)
}

function eraseUnion(unionid: UnionId, rule: Rule, rows: Rows): void {
  const union = rows.unions.get(unionid)
  if (union === undefined) return
  const isKept = rule.isBack(lastLogin(union))
  const isGone = (row: FollowerRow | undefined) => !isKept && rule.isBefore(row)
  for (const [official, side] of [...union.sides]) eraseSide({ unionid, official }, { side, isGone }, rows)
  for (const [mini, { at }] of [...union.logins]) if (!rule.isBack(at)) union.logins.delete(mini)
  dropEmpty(unionid, rows)
}

type SideKey = { readonly unionid: UnionId; readonly official: OfficialAppId }
type Erasing = { readonly side: Side; isGone(row: FollowerRow | undefined): boolean }

function eraseSide({ unionid, official }: SideKey, { side: { follower }, isGone }: Erasing, rows: Rows): void {
  const isSpoilt = rows.spoilt.delete(`${keyOf({ unionid })}${official}`)
  if (isSpoilt || isGone(follower)) rows.unions.get(unionid)?.sides.delete(official)
  if (follower && (isSpoilt || !isGone(follower))) settle(unionid, { official, openid: follower.openid }, rows)
}

function dropEmpty(unionid: UnionId, { unions }: Rows): void {
  const union = unions.get(unionid)
  if (union?.sides.size === 0 && union.logins.size === 0) unions.delete(unionid)
}

function leadsOf(address: Address, { followers, minis, unions }: Rows): Address[] {
  if ('mini' in address) {
    const unionid = minis.get(keyOf(address))?.unionid
    return unionid === undefined ? [] : [{ unionid }]
  }
  if ('official' in address) {
    const row = followers.get(keyOf(address))
    return row === undefined ? [] : unionidsOf(row).map(unionid => ({ unionid }))
  }
  const { sides = new Map(), logins = new Map() } = unions.get(address.unionid) ?? {}
  return [
    ...[...sides].flatMap(([official, { follower }]) => (follower ? [{ official, openid: follower.openid }] : [])),
    ...[...logins].map(([mini, { miniOpenid }]) => ({ mini, miniOpenid })),
  ]
}

/** What the unionids of these people lead to is what stands in their rows now, whatever they were when they were read. */
function settleAll(some: readonly FollowerRow[], official: OfficialAppId, rows: Rows): void {
  for (const row of some) {
    for (const unionid of unionidsOf(row)) settle(unionid, { official, openid: row.openid }, rows)
  }
}

function settle(unionid: UnionId, { official, openid }: Follower, rows: Rows): void {
  const { followers, unions, spoilt } = rows
  const follower = unions.get(unionid)?.sides.get(official)?.follower
  const openids = [openid, ...(follower === undefined ? [] : [follower.openid])]
  const rowsOfThem = openids.flatMap(it => followers.get(keyOf({ official, openid: it })) ?? [])
  const rank = (it: FollowerRow) => (it.following ? 2 : Number(it.openid === follower?.openid))
  const newer = (one: FollowerRow, other: FollowerRow) =>
    one.at - other.at || (one.followedAt ?? 0) - (other.followedAt ?? 0)
  const own = rowsOfThem.filter(it => it.unionid === unionid)
  const [best] = own.toSorted((one, other) => rank(other) - rank(one) || newer(other, one))
  if (best !== undefined) {
    unionOf(unionid, rows).sides.set(official, { follower: best, at: best.at })
    spoilt.delete(`${keyOf({ unionid })}${official}`)
  } else if (follower !== undefined) leave(unionid, { official, openid: follower.openid }, rows)
}

/** It led to somebody, and says so as long as there is a row of theirs. */
function leave(unionid: UnionId, { official, openid }: Follower, rows: Rows): void {
  const { sides } = unionOf(unionid, rows)
  const row = rows.followers.get(keyOf({ official, openid }))
  if (row === undefined) sides.delete(official)
  else sides.set(official, { at: row.at })
  dropEmpty(unionid, rows)
}

function personOf(address: Address, rows: Rows, isEverywhere: boolean): FoundPerson | undefined {
  if ('unionid' in address) return rows.unions.has(address.unionid) ? ofUnion(address.unionid, rows) : nobody
  if ('official' in address) return ofFollower(address, rows, isEverywhere)
  const mini = rows.minis.get(keyOf(address))
  if (mini === undefined) return nobody
  return rows.spoilt.has(keyOf(address)) ? undefined : ofUnion(mini.unionid, rows)
}

const nobody: FoundPerson = { known: false, accounts: new Map() }

function ofFollower(follower: Follower, rows: Rows, isEverywhere: boolean): FoundPerson {
  const row = rows.followers.get(keyOf(follower))
  if (row === undefined) return nobody
  const isSpoilt = rows.spoilt.has(keyOf(follower))
  const own = [follower.official, isSpoilt ? 'unreadable' : atAccount(row)] as const
  const { accounts, ...person } = ofUnion(row.unionid, rows)
  if (!isEverywhere) return { ...person, accounts: new Map([own]), only: follower.official }
  return { ...person, accounts: new Map([...accounts, own]) }
}

function atAccount({ openid, following, followedAt }: FollowerRow): AtAccount {
  return { openid, following, ...(followedAt === undefined ? {} : { followedAt }) }
}

function ofUnion(unionid: UnionId | undefined, { unions, spoilt }: Rows): FoundPerson {
  if (unionid === undefined) return { known: true, accounts: new Map() }
  const accounts = new Map<OfficialAppId, AtAccount | 'unreadable'>()
  for (const [official, { follower }] of unions.get(unionid)?.sides ?? []) {
    const isSpoilt = spoilt.has(`${keyOf({ unionid })}${official}`)
    accounts.set(official, isSpoilt ? 'unreadable' : follower ? atAccount(follower) : { following: false })
  }
  return { known: true, unionid, accounts }
}

/** The store of links in memory: it passes the same contract suite as the real one. */

import { type FollowerRow, isReadable, type Person, type StoredRow } from '../../lib/followers/link.ts'
import { subtract } from '../../lib/followers/person-ids.ts'
import type { LinkStore, LinkUpkeep, PersonIds } from '../../lib/followers/ports.ts'
import type { Address, MiniOpenId, OpenId, UnionId } from '../../lib/identifiers.ts'

/** Whoever a unionid leads to, as of `at`. */
type Union = { follower?: FollowerRow; at: number; miniOpenid?: MiniOpenId; loginAt?: number }
type Mini = { unionid?: UnionId; at: number }

type Rows = {
  readonly followers: Map<OpenId, FollowerRow>
  readonly minis: Map<MiniOpenId, Mini>
  readonly unions: Map<UnionId, Union>
  /** The addresses whose row cannot be read. */
  readonly spoilt: Set<string>
}

const nobody: Person = { known: false, following: false }

/** `all` answers everything that is stored; `spoil` makes the row of an address one that cannot be read. */
export function memoryLinks(): LinkStore & LinkUpkeep & { all(): unknown; spoil(address: Address): Promise<void> } {
  const rows: Rows = { followers: new Map(), minis: new Map(), unions: new Map(), spoilt: new Set() }
  const { followers, minis, unions } = rows
  return {
    ...upkeep(rows),
    all: () => rows,
    spoil: async address => void rows.spoilt.add(keyOf(address)),
    resolve: async addresses => addresses.map(address => personOf(address, rows)),
    followers: async openids => new Map(openids.flatMap(openid => storedOf(openid, rows))),
    async writeFollower(row, stored) {
      const [[, present] = []] = storedOf(row.openid, rows)
      if (!isSame(present, stored)) return false
      followers.set(row.openid, row)
      rows.spoilt.delete(keyOf(row))
      settleAll([row], rows)
      if (stored?.unionid !== undefined) settle(stored.unionid, row.openid, rows)
      return true
    },
    async rejoin(some) {
      settleAll(some, rows)
      const isOther = ({ openid, unionid }: FollowerRow) => {
        const found = unionid && unions.get(unionid)?.follower?.openid
        return found !== undefined && found !== openid
      }
      return new Set(some.filter(isOther).map(it => it.openid))
    },
    async writeLogin({ miniOpenid, unionid }, at) {
      const before = minis.get(miniOpenid)
      const kept = unionid ?? before?.unionid
      if ((before?.at ?? 0) <= at) minis.set(miniOpenid, { at, ...(kept && { unionid: kept }) })
      if (unionid !== undefined) rows.spoilt.delete(keyOf({ miniOpenid }))
      if (unionid !== undefined) join(unionid, { miniOpenid, loginAt: at }, rows)
    },
    async loginsOf(unionids) {
      const at = (it: UnionId) => unions.get(it)?.loginAt
      return new Map(unionids.flatMap(it => (at(it) === undefined ? [] : [[it, at(it) ?? 0] as const])))
    },
  }
}

function keyOf(address: Address): string {
  if ('openid' in address) return `openid#${address.openid}`
  return 'unionid' in address ? `unionid#${address.unionid}` : `mini#${address.miniOpenid}`
}

function storedOf(openid: OpenId, { followers, spoilt }: Rows): [OpenId, StoredRow][] {
  const row = followers.get(openid)
  if (row === undefined) return []
  const ids = { openid, ...(row.unionid && { unionid: row.unionid }), ...(row.formerly && { formerly: row.formerly }) }
  return [[openid, spoilt.has(keyOf({ openid })) ? { ...ids, isUnreadable: true } : row]]
}

function isSame(one: StoredRow | undefined, other: StoredRow | undefined): boolean {
  if (one === undefined || other === undefined) return one === other
  if (!isReadable(one) || !isReadable(other)) return isReadable(one) === isReadable(other)
  return one.at === other.at && one.following === other.following && one.unionid === other.unionid
}

function upkeep(rows: Rows): LinkUpkeep {
  const { followers } = rows
  return {
    idsOf: async told => idsOf(told, rows),
    async erase(ids, at) {
      const found = subtract(ids, []).flatMap(it => eraseOne(it, { known: ids, at }, rows))
      return subtract(found, [])
    },
    async expire(openid, at) {
      const row = followers.get(openid)
      if (row === undefined || rows.spoilt.has(keyOf({ openid })) || row.following || row.at > at) return false
      followers.delete(openid)
      for (const unionid of unionidsOf(row)) expireUnion(unionid, openid, rows)
      return true
    },
    async *waiting(what, until) {
      const isWaiting = (it: FollowerRow) => (what === 'left' ? !it.following : it.following && !it.unionid)
      const found = [...followers.values()].filter(it => it.at <= until && isWaiting(it)).map(it => it.openid)
      for (let from = 0; from < found.length; from += 100) yield found.slice(from, from + 100)
    },
  }
}

/** By another openid the same person may follow still. */
function expireUnion(unionid: UnionId, openid: OpenId, { unions, minis }: Rows): void {
  const union = unions.get(unionid)
  if (union === undefined || (union.follower && union.follower.openid !== openid)) return
  if (union.miniOpenid) minis.delete(union.miniOpenid)
  unions.delete(unionid)
}

function unionidsOf({ unionid, formerly = [] }: FollowerRow): UnionId[] {
  return [...(unionid === undefined ? [] : [unionid]), ...formerly]
}

function idsOf(told: PersonIds, { followers, minis, unions }: Rows): PersonIds {
  const own = told.openid && followers.get(told.openid)?.unionid
  const unionid = told.unionid ?? own ?? (told.miniOpenid && minis.get(told.miniOpenid)?.unionid)
  const union = unionid === undefined ? undefined : unions.get(unionid)
  const { openid = union?.follower?.openid, miniOpenid = union?.miniOpenid } = told
  return { ...(openid && { openid }), ...(unionid && { unionid }), ...(miniOpenid && { miniOpenid }) }
}

function addressesOf({ openid, unionid, miniOpenid }: PersonIds): Address[] {
  return [...(openid ? [{ openid }] : []), ...(unionid ? [{ unionid }] : []), ...(miniOpenid ? [{ miniOpenid }] : [])]
}

type ErasureRequest = { readonly known: readonly PersonIds[]; readonly at: number }

/** What leads to an id that is not known stays, and is answered. */
function eraseOne(id: PersonIds, { known, at }: ErasureRequest, rows: Rows): PersonIds[] {
  const unknown = subtract(leadsOf(id, rows), known)
  if (unknown.length > 0) return unknown
  const { openid, unionid, miniOpenid } = id
  const { followers, minis, spoilt } = rows
  const isSpoilt = addressesOf(id).some(it => spoilt.delete(keyOf(it)))
  const isBefore = (row: FollowerRow | undefined) => isSpoilt || (row?.followedAt ?? 0) <= at
  const isLoginBefore = (loginAt = 0) => isSpoilt || loginAt < (at + 1) * 1000
  // Who logged in again is a follower as they were.
  const isGone = (row: FollowerRow | undefined, loginAt: number | undefined) => isBefore(row) && isLoginBefore(loginAt)
  if (openid && isGone(followers.get(openid), loginBehind(openid, rows))) followers.delete(openid)
  if (miniOpenid && isLoginBefore(minis.get(miniOpenid)?.at)) minis.delete(miniOpenid)
  if (unionid) strip(unionid, it => [isGone(it.follower, it.loginAt), isLoginBefore(it.loginAt)], rows)
  const left = unionid && rows.unions.get(unionid)?.follower
  if (unionid && left) settle(unionid, left.openid, rows)
  return []
}

function loginBehind(openid: OpenId, { followers, unions }: Rows): number | undefined {
  const unionid = followers.get(openid)?.unionid
  return unionid && unions.get(unionid)?.loginAt
}

function leadsOf({ openid, unionid, miniOpenid }: PersonIds, { followers, minis, unions }: Rows): PersonIds[] {
  const row = openid && followers.get(openid)
  const union = unionid === undefined ? undefined : unions.get(unionid)
  const mini = miniOpenid === undefined ? undefined : minis.get(miniOpenid)
  return [
    ...(row ? unionidsOf(row).map(it => ({ unionid: it })) : []),
    ...(union?.follower ? [{ openid: union.follower.openid }] : []),
    ...(union?.miniOpenid ? [{ miniOpenid: union.miniOpenid }] : []),
    ...(mini?.unionid ? [{ unionid: mini.unionid }] : []),
  ]
}

/** Takes out of a unionid's row what `which` says of its two sides, and the row with both. */
function strip(unionid: UnionId, which: (row: Union) => readonly [boolean, boolean], { unions }: Rows): void {
  const row = unions.get(unionid)
  if (row === undefined) return
  const [isFollowerGone, isLoginGone] = which(row)
  const { follower, at, miniOpenid, loginAt } = row
  if (isFollowerGone && isLoginGone) unions.delete(unionid)
  else if (isFollowerGone)
    unions.set(unionid, { at: 0, ...(miniOpenid && { miniOpenid }), ...(loginAt && { loginAt }) })
  else if (isLoginGone) unions.set(unionid, { at, ...(follower && { follower }) })
}

function join(unionid: UnionId, login: { miniOpenid: MiniOpenId; loginAt: number }, { unions }: Rows): void {
  const union = unions.get(unionid) ?? { at: 0 }
  if ((union.loginAt ?? 0) <= login.loginAt) unions.set(unionid, { ...union, ...login })
}

/** What the unionids of these people lead to is what stands in their rows now, whatever they were when they were read. */
function settleAll(some: readonly FollowerRow[], rows: Rows): void {
  for (const row of some) for (const unionid of unionidsOf(row)) settle(unionid, row.openid, rows)
}

function settle(unionid: UnionId, openid: OpenId, rows: Rows): void {
  const { followers, unions, spoilt } = rows
  const { follower, ...rest } = unions.get(unionid) ?? { at: 0 }
  const openids = [openid, ...(follower === undefined ? [] : [follower.openid])]
  const known = openids.flatMap(it => followers.get(it) ?? []).filter(it => it.unionid === unionid)
  const rank = (it: FollowerRow) => (it.following ? 2 : Number(it.openid === follower?.openid))
  const newer = (one: FollowerRow, other: FollowerRow) =>
    one.at - other.at || (one.followedAt ?? 0) - (other.followedAt ?? 0)
  const [best] = known.toSorted((one, other) => rank(other) - rank(one) || newer(other, one))
  if (best !== undefined) unions.set(unionid, { ...rest, follower: best, at: best.at })
  else if (follower !== undefined) leave(unionid, rest, followers.has(follower.openid), rows)
  if (best !== undefined) spoilt.delete(keyOf({ unionid }))
}

function leave(unionid: UnionId, rest: Union, isThere: boolean, { unions }: Rows): void {
  if (isThere || rest.miniOpenid !== undefined) unions.set(unionid, rest)
  else unions.delete(unionid)
}

function personOf(address: Address, rows: Rows): Person | undefined {
  if (rows.spoilt.has(keyOf(address))) return undefined
  if ('unionid' in address) return rows.unions.has(address.unionid) ? ofUnion(address.unionid, rows) : nobody
  if ('openid' in address) return ofFollower(rows.followers.get(address.openid))
  const mini = rows.minis.get(address.miniOpenid)
  return mini === undefined ? nobody : ofUnion(mini.unionid, rows)
}

function ofFollower(row: FollowerRow | undefined): Person {
  if (row === undefined) return nobody
  const { at: _at, turn: _turn, formerly: _formerly, ...person } = row
  return { known: true, ...person }
}

function ofUnion(unionid: UnionId | undefined, { unions, spoilt }: Rows): Person | undefined {
  if (unionid === undefined) return { known: true, following: false }
  if (spoilt.has(keyOf({ unionid }))) return undefined
  const follower = unions.get(unionid)?.follower
  return follower === undefined ? { known: true, following: false, unionid } : { ...ofFollower(follower), unionid }
}

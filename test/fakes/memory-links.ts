/** The store of links in memory: it passes the same contract suite as the real one. */

import type { Address, MiniOpenId, OpenId, UnionId } from '../../lib/identifiers.ts'
import type { FollowerRow, Person } from '../../lib/link.ts'
import { oneByOne, without } from '../../lib/person-ids.ts'
import type { LinkStore, LinkUpkeep, PersonIds } from '../../lib/ports.ts'

type Rows = {
  readonly followers: Map<OpenId, FollowerRow>
  readonly minis: Map<MiniOpenId, { unionid?: UnionId; at: number }>
  /** Whoever a unionid leads to, as of `at`. */
  readonly unions: Map<UnionId, { follower?: FollowerRow; at: number; miniOpenid?: MiniOpenId; loginAt?: number }>
}

const nobody: Person = { known: false, following: false }

/** `all` answers everything that is stored. */
export function memoryLinks(): LinkStore & LinkUpkeep & { all(): unknown } {
  const rows: Rows = { followers: new Map(), minis: new Map(), unions: new Map() }
  const { followers, minis } = rows
  return {
    ...upkeep(rows),
    all: () => rows,
    resolve: async addresses => addresses.map(address => personOf(address, rows)),
    followers: async openids => new Map([...followers].filter(([openid]) => openids.includes(openid))),
    async writeFollower(row, stored) {
      if (stored?.unionid !== undefined && stored.unionid !== row.unionid) forget(stored.unionid, row, rows)
      const present = followers.get(row.openid)
      if (!isSame(present, stored)) return false
      followers.set(row.openid, row)
      if (row.unionid !== undefined) remember(row.unionid, row, rows)
      return true
    },
    async rejoin(row) {
      if (row.unionid !== undefined) remember(row.unionid, row, rows)
    },
    async writeLogin({ miniOpenid, unionid }, at) {
      const before = minis.get(miniOpenid)
      const kept = unionid ?? before?.unionid
      if ((before?.at ?? 0) <= at) minis.set(miniOpenid, { at, ...(kept && { unionid: kept }) })
      if (unionid !== undefined) join(unionid, { miniOpenid, loginAt: at }, rows)
    },
  }
}

function isSame(one: FollowerRow | undefined, other: FollowerRow | undefined): boolean {
  return one?.at === other?.at && one?.following === other?.following && one?.unionid === other?.unionid
}

function upkeep(rows: Rows): LinkUpkeep {
  const { followers, minis, unions } = rows
  return {
    idsOf: async told => idsOf(told, rows),
    async erase(told, at) {
      const all = [idsOf(told, rows), ...oneByOne(told).map(it => idsOf(it, rows))]
      for (const ids of all) eraseOne(ids, at, rows)
      return without(all, [told])
    },
    async expire(openid, at) {
      const row = followers.get(openid)
      if (row === undefined || row.following || row.at > at) return false
      followers.delete(openid)
      const union = row.unionid && unions.get(row.unionid)
      if (!row.unionid || !union || (union.follower && union.follower.openid !== openid)) return true
      if (union.miniOpenid) minis.delete(union.miniOpenid)
      unions.delete(row.unionid)
      return true
    },
    async *waiting(what, until) {
      const isWaiting = (it: FollowerRow) => (what === 'left' ? !it.following : it.following && !it.unionid)
      const found = [...followers.values()].filter(it => it.at <= until && isWaiting(it)).map(it => it.openid)
      for (let from = 0; from < found.length; from += 100) yield found.slice(from, from + 100)
    },
  }
}

function idsOf(told: PersonIds, { followers, minis, unions }: Rows): PersonIds {
  const own = told.openid && followers.get(told.openid)?.unionid
  const unionid = told.unionid ?? own ?? (told.miniOpenid && minis.get(told.miniOpenid)?.unionid)
  const union = unionid === undefined ? undefined : unions.get(unionid)
  const { openid = union?.follower?.openid, miniOpenid = union?.miniOpenid } = told
  return { ...(openid && { openid }), ...(unionid && { unionid }), ...(miniOpenid && { miniOpenid }) }
}

function eraseOne({ openid, unionid, miniOpenid }: PersonIds, at: number, rows: Rows): void {
  const { followers, minis } = rows
  const isBefore = (row: FollowerRow | undefined) => (row?.followedAt ?? 0) <= at
  const isLoginBefore = (loginAt = 0) => loginAt < (at + 1) * 1000
  if (openid && isBefore(followers.get(openid))) followers.delete(openid)
  if (miniOpenid && isLoginBefore(minis.get(miniOpenid)?.at)) minis.delete(miniOpenid)
  if (unionid) strip(unionid, it => [isBefore(it.follower), isLoginBefore(it.loginAt)], rows)
}

type Union = { follower?: FollowerRow; at: number; miniOpenid?: MiniOpenId; loginAt?: number }

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

function remember(unionid: UnionId, row: FollowerRow, { unions }: Rows): void {
  const old = unions.get(unionid)
  if ((old?.at ?? 0) <= row.at) unions.set(unionid, { ...old, follower: row, at: row.at })
}

function forget(unionid: UnionId, { openid, at }: FollowerRow, { unions }: Rows): void {
  const old = unions.get(unionid)
  if (old?.follower?.openid !== openid || old.at > at) return
  const { follower: _, ...rest } = old
  unions.set(unionid, { ...rest, at })
}

function personOf(address: Address, rows: Rows): Person {
  if ('unionid' in address) return rows.unions.has(address.unionid) ? ofUnion(address.unionid, rows) : nobody
  if ('openid' in address) return ofFollower(rows.followers.get(address.openid))
  const mini = rows.minis.get(address.miniOpenid)
  return mini === undefined ? nobody : ofUnion(mini.unionid, rows)
}

function ofFollower(row: FollowerRow | undefined): Person {
  if (row === undefined) return nobody
  const { at: _, ...person } = row
  return { known: true, ...person }
}

function ofUnion(unionid: UnionId | undefined, { unions }: Rows): Person {
  if (unionid === undefined) return { known: true, following: false }
  const follower = unions.get(unionid)?.follower
  return follower === undefined ? { known: true, following: false, unionid } : { ...ofFollower(follower), unionid }
}

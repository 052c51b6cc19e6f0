/** The store of links in memory: it passes the same contract suite as the real one. */

import type { Address, MiniOpenId, OpenId, UnionId } from '../../lib/identifiers.ts'
import type { FollowerRow, Person } from '../../lib/link.ts'
import type { LinkStore } from '../../lib/ports.ts'

type Rows = {
  readonly followers: Map<OpenId, FollowerRow>
  readonly minis: Map<MiniOpenId, { unionid?: UnionId; at: number }>
  /** Whoever a unionid leads to, as of `at`. */
  readonly unions: Map<UnionId, { follower?: FollowerRow; at: number }>
}

const nobody: Person = { known: false, following: false }

export function memoryLinks(): LinkStore {
  const rows: Rows = { followers: new Map(), minis: new Map(), unions: new Map() }
  const { followers, minis, unions } = rows
  return {
    resolve: async addresses => addresses.map(address => personOf(address, rows)),
    followers: async openids => new Map([...followers].filter(([openid]) => openids.includes(openid))),
    async writeFollower(row, stored) {
      if (stored?.unionid !== undefined && stored.unionid !== row.unionid) forget(stored.unionid, row, rows)
      if (row.unionid !== undefined) remember(row.unionid, row, rows)
      const present = followers.get(row.openid)
      if (present?.at !== stored?.at || present?.following !== stored?.following) return false
      followers.set(row.openid, row)
      return true
    },
    async writeLogin({ miniOpenid, unionid }, at) {
      const before = minis.get(miniOpenid)
      const kept = unionid ?? before?.unionid
      if ((before?.at ?? 0) <= at) minis.set(miniOpenid, { at, ...(kept && { unionid: kept }) })
      if (unionid !== undefined && !unions.has(unionid)) unions.set(unionid, { at: 0 })
    },
  }
}

function remember(unionid: UnionId, row: FollowerRow, { unions }: Rows): void {
  if ((unions.get(unionid)?.at ?? 0) <= row.at) unions.set(unionid, { follower: row, at: row.at })
}

function forget(unionid: UnionId, { openid, at }: FollowerRow, { unions }: Rows): void {
  const old = unions.get(unionid)
  if (old?.follower?.openid === openid && old.at <= at) unions.set(unionid, { at })
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

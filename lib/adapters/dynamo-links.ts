/**
 * Who is who (the rows: link-rows.ts).
 *
 * A follower's state stands in two rows, so that each kind of address is found in few reads. Without transactions the
 * row of the openid is written first, for it decides a race; a crash between is mended by the queue's next try (rejoin).
 */

import { checked } from '../checked.ts'
import type { UnionId } from '../identifiers.ts'
import type { FollowerRow } from '../link.ts'
import type { Identity, LinkStore } from '../ports.ts'
import { batchGet, type Change, change, type Dynamo } from './dynamo.ts'
import { followerRowOf, keyOf, type LinkRows, linkRow, personOf, waitsOf } from './link-rows.ts'

type Update = (address: string, how: Change) => Promise<boolean>

/** Creates the store of links. */
export function createLinkStore(dynamo: Dynamo, table: string): LinkStore {
  const update: Update = (address, how) => change(dynamo, table, { address }, how)
  const read = async (addresses: readonly string[]): Promise<LinkRows> => {
    const keys = [...new Set(addresses)].map(address => ({ address }))
    const rows = (await batchGet(dynamo, table, keys)).map(item => checked(linkRow, item, 'a link'))
    return new Map(rows.map(it => [it.address, it]))
  }

  return {
    async resolve(addresses) {
      const direct = await read(addresses.map(keyOf))
      const unionids = addresses.flatMap(it => ('miniOpenid' in it ? (direct.get(keyOf(it))?.unionid ?? []) : []))
      const behind = await read(unionids.map(unionid => keyOf({ unionid })))
      return addresses.map(address => personOf(address, direct, behind))
    },
    async followers(openids) {
      const rows = await read(openids.map(openid => keyOf({ openid })))
      return new Map([...rows.values()].flatMap(followerRowOf))
    },
    async writeFollower(seen, stored) {
      const row = inTurn(seen, stored)
      if (stored?.unionid !== undefined && stored.unionid !== row.unionid) await forget(stored.unionid, row, update)
      if (!(await putFollower(row, stored, update))) return false
      if (row.unionid !== undefined) await remember(row.unionid, row, update)
      return true
    },
    async rejoin(row) {
      if (row.unionid !== undefined) await remember(row.unionid, row, update)
    },
    async writeLogin(identity, at) {
      // First: by the mini program's row the next login sees that nothing is left to write.
      if (identity.unionid !== undefined) await joinMini(identity.unionid, identity, { at, update })
      await putMini(identity, at, update)
    },
  }
}

/** Of several states of one second the rows of an openid know the order, for each was written over the one before. */
function inTurn({ turn: _, ...row }: FollowerRow, stored: FollowerRow | undefined): FollowerRow {
  return stored?.at === row.at ? { ...row, turn: (stored.turn ?? 0) + 1 } : row
}

/** The unionid's row takes over the follower's state, unless it knows a newer one. */
function remember(unionid: UnionId, { openid, following, followedAt, at, turn }: FollowerRow, update: Update) {
  const isEarlierTurn = 'attribute_not_exists(#turn) OR #turn <= :thisTurn'
  const condition = `attribute_not_exists(#at) OR #at < :at OR (#at = :at AND (${isEarlierTurn}))`
  const set = { openid, following, followedAt, at, turn }
  return update(keyOf({ unionid }), { set, condition, values: { thisTurn: turn ?? 0 } })
}

/** The person has another unionid now: the old one must not lead to them any more. */
function forget(unionid: UnionId, { openid, at }: FollowerRow, update: Update) {
  const set = { openid: undefined, following: undefined, followedAt: undefined, turn: undefined, at }
  return update(keyOf({ unionid }), { set, condition: '#openid = :whom AND #at <= :at', values: { whom: openid } })
}

/** Only if nobody else wrote since `stored` was read. */
function putFollower(row: FollowerRow, stored: FollowerRow | undefined, update: Update) {
  const { openid, unionid, following, followedAt, at, turn } = row
  const set = { unionid, following, followedAt, at, turn, waits: waitsOf(row) }
  if (stored === undefined) return update(keyOf({ openid }), { set, condition: 'attribute_not_exists(#address)' })
  // The unionid too: another process may have learnt it within the same second.
  const hasUnionid = stored.unionid === undefined ? 'attribute_not_exists(#unionid)' : '#unionid = :storedUnionid'
  const condition = `#at = :storedAt AND #following = :wasFollowing AND ${hasUnionid}`
  const values = { storedAt: stored.at, wasFollowing: stored.following }
  const ids = stored.unionid === undefined ? {} : { storedUnionid: stored.unionid }
  return update(keyOf({ openid }), { set, condition, values: { ...values, ...ids } })
}

/** A login without unionid does not take away the one that an earlier login brought. */
function putMini({ miniOpenid, unionid }: Identity, at: number, update: Update) {
  const set = unionid === undefined ? { at } : { at, unionid }
  return update(keyOf({ miniOpenid }), { set, condition: 'attribute_not_exists(#at) OR #at <= :at' })
}

function joinMini(unionid: UnionId, { miniOpenid }: Identity, { at, update }: { at: number; update: Update }) {
  const set = { miniOpenid, loginAt: at }
  return update(keyOf({ unionid }), { set, condition: 'attribute_not_exists(#loginAt) OR #loginAt <= :loginAt' })
}

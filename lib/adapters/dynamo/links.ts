/**
 * The links between the ids of each person (the rows: link-rows.ts).
 *
 * A follower's state is stored in two rows, so that each kind of address is found in few reads. The openid's row is
 * written first, because it decides races; after a crash the queue's retry repairs the other (rejoin).
 */

import { type FollowerRow, isReadable, type StoredRow } from '../../followers/link.ts'
import type { LinkStore } from '../../followers/ports.ts'
import type { OpenId, UnionId } from '../../identifiers.ts'
import { inRuns } from '../../pool.ts'
import type { Identity } from '../../ports.ts'
import { batchGet, type Change, change, type Dynamo } from './dynamo.ts'
import { followerRowOf, keyOf, type LinkRows, maskedKey, personOf, type Row, rowOf, waitsOf } from './link-rows.ts'
import { createSettling, isSame, type Settle } from './link-settling.ts'

type Update = (address: string, how: Change) => Promise<boolean>

/** Creates the store of links; `onUnreadable` receives, once per call, the masked keys of unreadable rows. */
export function createLinkStore(
  dynamo: Dynamo,
  table: string,
  onUnreadable: (addresses: readonly string[]) => void = () => undefined,
): LinkStore {
  const update: Update = (address, how) => change(dynamo, table, { address }, how)
  const read = async (addresses: readonly string[]): Promise<LinkRows> => {
    const keys = [...new Set(addresses)].map(address => ({ address }))
    const rows = (await batchGet(dynamo, table, keys)).map(rowOf)
    return new Map(rows.map(it => [it.address, it]))
  }
  const tell = (...found: readonly LinkRows[]): void => {
    const bad = new Set(found.flatMap(it => [...it.values()]).filter(it => it.isUnreadable))
    if (bad.size > 0) onUnreadable([...bad].map(it => maskedKey(it.address)))
  }
  const join = createJoining(update, createSettling(dynamo, table))

  return {
    async resolve(addresses) {
      const direct = await read(addresses.map(keyOf))
      const unionids = addresses.flatMap(it => ('miniOpenid' in it ? (direct.get(keyOf(it))?.unionid ?? []) : []))
      const behind = await read(unionids.map(unionid => keyOf({ unionid })))
      tell(direct, behind)
      return addresses.map(address => personOf(address, direct, behind))
    },
    async followers(openids) {
      const rows = await read(openids.map(openid => keyOf({ openid })))
      tell(rows)
      return new Map([...rows.values()].flatMap(followerRowOf))
    },
    async writeFollower(seen, stored) {
      const row = inTurn(seen, stored)
      if (!(await putFollower(row, stored, update))) return false
      if (row.unionid !== undefined) await join.remember(row.unionid, row)
      if (stored?.unionid !== undefined && stored.unionid !== row.unionid) await join.forget(stored.unionid, row)
      return true
    },
    async rejoin(rows) {
      const unions = new Map<string, Row>()
      const keys = rows.flatMap(it => unionidsOf(it).map(unionid => keyOf({ unionid })))
      for (const run of inRuns(keys, 100)) for (const [key, row] of await read(run)) unions.set(key, row)
      const others = new Set<OpenId>()
      for (const row of rows) if (!(await join.again(row, unions))) others.add(row.openid)
      return others
    },
    async writeLogin(identity, at) {
      // First, because a person found by the mini program's row has their login in the row behind it.
      if (identity.unionid !== undefined) await joinMini(identity.unionid, identity, { at, update })
      await putMini(identity, at, update)
    },
    async loginsOf(unionids) {
      const rows = await read(unionids.map(unionid => keyOf({ unionid })))
      const at = (unionid: UnionId) => rows.get(keyOf({ unionid }))?.loginAt
      return new Map(unionids.flatMap(it => (at(it) === undefined ? [] : [[it, at(it) ?? 0] as const])))
    },
  }
}

/** States of the same second are ordered by the openid's row, because each was written over the one before. */
function inTurn({ turn: _, ...row }: FollowerRow, stored: StoredRow | undefined): FollowerRow {
  if (stored === undefined || !isReadable(stored) || stored.at !== row.at) return row
  return { ...row, turn: (stored.turn ?? 0) + 1 }
}

function unionidsOf({ unionid, formerly = [] }: FollowerRow): readonly UnionId[] {
  return unionid === undefined ? formerly : [unionid, ...formerly]
}

/** This state of the openid's row is later than that of the unionid's row. */
const later = ['#at < :at', '#at = :at AND attribute_not_exists(#turn)', '#at = :at AND #turn <= :thisTurn']

/**
 * It is later, and the unionid's row refers to one of these; or there is no row. Without parentheses, because dynalite
 * takes twice as long to parse each one.
 */
function isLaterThan(...leads: readonly string[]): string {
  return ['attribute_not_exists(#at)', ...leads.flatMap(lead => later.map(it => `${lead} AND ${it}`))].join(' OR ')
}

const isLaterOfOwn = isLaterThan('#openid = :openid')
const isLaterOfOwnOrNobody = isLaterThan('#openid = :whom', 'attribute_not_exists(#openid)')

/** The same state, perhaps of an earlier time. */
function isCopy(row: FollowerRow, union: Row | undefined): boolean {
  return isSame({ ...row, ...(union && { at: union.at, turn: union.turn }) }, union)
}

function createJoining(update: Update, settle: Settle) {
  /**
   * Copies the follower's state into the unionid's row, unless that has a newer state of the same openid. If it refers
   * to another openid, as after an account migration, times do not tell which of the two is the person's.
   */
  const remember = async (unionid: UnionId, { openid, following, followedAt, at, turn }: FollowerRow) => {
    const set = { openid, following, followedAt, at, turn }
    const how = { set, condition: isLaterOfOwn, values: { thisTurn: turn ?? 0 } }
    const isWritten = await update(keyOf({ unionid }), how)
    if (!isWritten) await settle(unionid, openid)
  }
  /**
   * The person has a new unionid, so the old one must no longer refer to them. It gets a date even if it referred to
   * nobody: a slow process may be about to write the old state.
   */
  const forget = async (unionid: UnionId, { openid, at, turn }: FollowerRow) => {
    const set = { openid: undefined, following: undefined, followedAt: undefined, turn, at }
    const how = { set, condition: isLaterOfOwnOrNobody, values: { whom: openid, thisTurn: turn ?? 0 } }
    if (!(await update(keyOf({ unionid }), how))) await settle(unionid, openid)
  }
  /** Repeats both where the rows differ from what was to be written; false if the unionid refers to another openid. */
  const again = async (row: FollowerRow, unions: LinkRows): Promise<boolean> => {
    const { unionid, formerly = [], openid } = row
    for (const former of formerly) {
      const union = unions.get(keyOf({ unionid: former }))
      if (union?.at === undefined || union.openid === openid) await forget(former, row)
    }
    if (unionid === undefined || isCopy(row, unions.get(keyOf({ unionid })))) return true
    return [openid, undefined].includes(await settle(unionid, openid))
  }
  return { remember, forget, again }
}

/** Only if nobody else wrote since `stored` was read. */
function putFollower(row: FollowerRow, stored: StoredRow | undefined, update: Update) {
  const { openid, unionid, formerly, following, followedAt, at, turn } = row
  const set = { unionid, formerly: formerly?.join(' '), following, followedAt, at, turn, waits: waitsOf(row) }
  return update(keyOf({ openid }), { set, ...asItWas(stored) })
}

function asItWas(stored: StoredRow | undefined): Pick<Change, 'condition' | 'values'> {
  if (stored === undefined) return { condition: 'attribute_not_exists(#address)' }
  // An unreadable row cannot be compared.
  if (!isReadable(stored)) return { condition: 'attribute_exists(#address)' }
  const { at, following, turn, unionid } = stored
  // The unionid too: another process may have written it within the same second.
  const conditions = [
    '#at = :storedAt AND #following = :wasFollowing',
    unionid === undefined ? 'attribute_not_exists(#unionid)' : '#unionid = :storedUnionid',
    turn === undefined ? 'attribute_not_exists(#turn)' : '#turn = :storedTurn',
  ]
  const values = { storedAt: at, wasFollowing: following }
  const others = {
    ...(unionid === undefined ? {} : { storedUnionid: unionid }),
    ...(turn === undefined ? {} : { storedTurn: turn }),
  }
  return { condition: conditions.join(' AND '), values: { ...values, ...others } }
}

/** A login without unionid does not remove the unionid of an earlier login. */
function putMini({ miniOpenid, unionid }: Identity, at: number, update: Update) {
  const set = unionid === undefined ? { at } : { at, unionid }
  return update(keyOf({ miniOpenid }), { set, condition: 'attribute_not_exists(#at) OR #at <= :at' })
}

function joinMini(unionid: UnionId, { miniOpenid }: Identity, { at, update }: { at: number; update: Update }) {
  const set = { miniOpenid, loginAt: at }
  return update(keyOf({ unionid }), { set, condition: 'attribute_not_exists(#loginAt) OR #loginAt <= :loginAt' })
}

/**
 * The followers of one Official Account in the links (the rows: link-rows.ts).
 *
 * A follower's state stands in two rows, so that each kind of address is found in few reads. Without transactions the
 * row of the openid is written first, for it decides a race; a crash between is mended by the queue's next try (rejoin).
 */

import { type FollowerRow, isReadable, type StoredRow } from '../../followers/link.ts'
import type { FollowerLinks } from '../../followers/ports.ts'
import type { OfficialAppId, OpenId, UnionId } from '../../identifiers.ts'
import { inRuns } from '../../pool.ts'
import { bothOf, type Change, type Condition } from './dynamo.ts'
import type { createJoining } from './link-joining.ts'
import { followerRowOf, keyOf, type LinkRows, type Row, waitsOf } from './link-rows.ts'
import type { Scans } from './link-scans.ts'
import { newVersion, versionIs } from './link-sides.ts'

type Update = (address: string, how: Change) => Promise<boolean>
type Parts = {
  readonly update: Update
  readonly read: (addresses: readonly string[]) => Promise<LinkRows>
  readonly tell: (found: LinkRows) => void
  readonly scans: Scans
  readonly join: ReturnType<typeof createJoining>
}

/** Creates the store of an account's followers. */
export function createFollowerLinks(
  official: OfficialAppId,
  { update, read, tell, scans, join }: Parts,
): FollowerLinks {
  return {
    async followers(openids) {
      const rows = await read(openids.map(openid => keyOf({ official, openid })))
      tell(rows)
      return new Map([...rows.values()].flatMap(followerRowOf))
    },
    async writeFollower(seen, stored) {
      const row = inTurn(seen, stored)
      if (!row.following) await scans.forget(official, row.openid, stored?.scanned ?? [])
      if (!(await putFollower(official, row, { stored, update }))) return false
      if (row.unionid !== undefined) await join.remember(row.unionid, row)
      if (stored?.unionid !== undefined && stored.unionid !== row.unionid) await join.forget(stored.unionid, row)
      return true
    },
    async rejoin(rows) {
      const found = new Map<string, Row>()
      const keys = rows.flatMap(it => unionidsOf(it).map(unionid => keyOf({ unionid })))
      for (const run of inRuns(keys, 100)) for (const [key, row] of await read(run)) found.set(key, row)
      const others = new Set<OpenId>()
      for (const row of rows) if (!(await join.again(row, found))) others.add(row.openid)
      return others
    },
  }
}

/** Of several states of one second the rows of an openid know the order, for each was written over the one before. */
function inTurn({ turn: _, ...row }: FollowerRow, stored: StoredRow | undefined): FollowerRow {
  if (stored === undefined || !isReadable(stored) || stored.at !== row.at) return row
  return { ...row, turn: (stored.turn ?? 0) + 1 }
}

function unionidsOf({ unionid, formerly = [] }: FollowerRow): readonly UnionId[] {
  return unionid === undefined ? formerly : [unionid, ...formerly]
}

type Put = { readonly stored: StoredRow | undefined; readonly update: Update }

/** Only if nobody else wrote since `stored` was read. */
function putFollower(official: OfficialAppId, row: FollowerRow, { stored, update }: Put) {
  const { openid, unionid, formerly, following, followedAt, at, turn } = row
  const waits = waitsOf(official, row)
  const set = { unionid, formerly: formerly?.join(' '), following, followedAt, at, turn, waits }
  const ended = following ? {} : endedScans(stored)
  return update(keyOf({ official, openid }), { set: { ...set, ...ended }, ...asItWas(stored) })
}

/** The fields that led to whose codes they scanned. */
function endedScans(stored: StoredRow | undefined) {
  const { scanned = [] } = stored ?? {}
  return scanned.length === 0
    ? {}
    : { ...Object.fromEntries(scanned.map(({ mini }) => [mini, undefined])), version: newVersion() }
}

function asItWas(stored: StoredRow | undefined): Pick<Change, 'condition' | 'values'> {
  if (stored === undefined) return { condition: 'attribute_not_exists(#address)' }
  const scans = versionIs(stored.version)
  // One that cannot be read cannot be compared with either.
  return isReadable(stored) ? bothOf(stateIs(stored), scans) : scans
}

function stateIs(stored: FollowerRow): Condition {
  const { at, following, turn, unionid } = stored
  // The unionid too: another process may have learnt it within the same second.
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

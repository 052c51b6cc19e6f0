/**
 * Puts an account's side of a unionid's row right by the rows of its openids, which say what is true (link-rows.ts).
 *
 * Without transactions: it reads, decides, writes only if the side is still as it was read, and looks again until there is
 * nothing to do. Whoever changes the row of an openid writes its unionid's row after that, so the last of them is right.
 */

import { type FollowerRow, isReadable, type StoredRow } from '../../followers/link.ts'
import type { OfficialAppId, OpenId, UnionId } from '../../identifiers.ts'
import { batchGet, type Condition, type Dynamo } from './dynamo.ts'
import { followerRowOf, keyOf, type Row, rowOf } from './link-rows.ts'
import { copyOf, createUnions, datesOf, type FollowerSide } from './link-sides.ts'

/**
 * Settles which openid of an account a unionid leads to, and answers it; `openid` is one that it may be. Throws if others
 * write all the time.
 */
export type Settle = (unionid: UnionId, follower: Follower) => Promise<OpenId | undefined>

type Follower = { readonly official: OfficialAppId; readonly openid: OpenId }
/** A side that leads to nobody has only its date; none at all is to be there where nothing is to be said. */
type Wanted = FollowerSide | 'nothing'

/** How often a concurrent write may interfere. */
const mostRounds = 8

/** Creates what settles the rows of a table. */
export function createSettling(dynamo: Dynamo, table: string): Settle {
  const unions = createUnions(dynamo, table)
  const read = async (addresses: ReadonlySet<string>) =>
    (
      await batchGet(
        dynamo,
        table,
        [...addresses].map(address => ({ address })),
      )
    ).map(rowOf)
  const write = (
    unionid: UnionId,
    official: OfficialAppId,
    { side, union }: { side: Wanted; union: Row | undefined },
  ) => {
    if (side !== 'nothing') return unions.put(unionid, official, side, asItWas(union?.followers.get(official)))
    return union === undefined ? undefined : unions.drop(union, [official])
  }

  return async (unionid, { official, openid }) => {
    for (let round = 0; round < mostRounds; round++) {
      // First, for then what the openids' rows say is at least as new.
      const [union] = await read(new Set([keyOf({ unionid })]))
      const before = union?.followers.get(official)
      const openids = [openid, ...(before?.openid === undefined ? [] : [before.openid])]
      const rows = await read(new Set(openids.map(it => keyOf({ official, openid: it }))))
      const side = sideOf(unionid, before, new Map(rows.flatMap(followerRowOf)))
      if (side === undefined || isSame(side, before)) return before?.openid
      await write(unionid, official, { side, union })
    }
    throw new Error('the row of a unionid was changed by others again and again')
  }
}

/** What the side should say; undefined where it should stay as it is. */
function sideOf(
  unionid: UnionId,
  before: FollowerSide | undefined,
  rows: ReadonlyMap<OpenId, StoredRow>,
): Wanted | undefined {
  const known = [...rows.values()]
  const own = known.filter(isReadable).filter(it => it.unionid === unionid)
  const best = own.toSorted((one, other) => rank(other, before) - rank(one, before) || newer(other, one))[0]
  const isSure = known.every(isReadable)
  if (best !== undefined && (isSure || best.following)) return copyOf(best)
  if (before?.openid === undefined || before.isUnreadable || !isSure) return undefined
  // Their row says when they got another unionid; whatever is written late of before loses against that.
  const moved = rows.get(before.openid)
  return moved === undefined || !isReadable(moved) ? 'nothing' : datesOf(moved)
}

/** Who follows; then whom it led to before. */
function rank({ following, openid }: FollowerRow, before: FollowerSide | undefined): number {
  return following ? 2 : Number(openid === before?.openid)
}

/** If two openids seem to follow, one no longer does and the news is late: the later state of WeChat's wins. */
function newer(one: FollowerRow, other: FollowerRow): number {
  return one.at - other.at || (one.followedAt ?? 0) - (other.followedAt ?? 0)
}

/** Whether a side says just this. */
export function isSame(wanted: Wanted, side: FollowerSide | undefined): boolean {
  if (side === undefined || wanted === 'nothing') return side === undefined && wanted === 'nothing'
  if (side.isUnreadable) return false
  const { openid, following, followedAt, at, turn } = wanted
  return (
    side.openid === openid &&
    side.following === following &&
    side.followedAt === followedAt &&
    side.at === at &&
    side.turn === turn
  )
}

/** The side is still as it was read. */
function asItWas(side: FollowerSide | undefined): Condition {
  if (side === undefined) return { condition: 'attribute_not_exists(#side)', values: {} }
  // One that cannot be read cannot be compared with either.
  if (side.isUnreadable) return { condition: 'attribute_exists(#side)', values: {} }
  const known = [['openid', side.openid] as const, ['at', side.at] as const, ['turn', side.turn] as const]
  const conditions = known.map(([name, value]) =>
    value === undefined ? `attribute_not_exists(#side.#${name})` : `#side.#${name} = :was${name}`,
  )
  const values = Object.fromEntries(known.flatMap(([name, it]) => (it === undefined ? [] : [[`was${name}`, it]])))
  return { condition: conditions.join(' AND '), values }
}

/**
 * Updates the follower side of a unionid's row from the rows of the openids, which are authoritative (link-rows.ts).
 *
 * Without transactions: it reads, decides, writes only if the row is unchanged, and repeats until there is nothing to
 * do. Every writer of an openid's row updates its unionid's row afterwards, so the last one is right.
 */

import { type FollowerRow, isReadable, type StoredRow } from '../../followers/link.ts'
import type { OpenId, UnionId } from '../../identifiers.ts'
import { batchGet, bothOf, type Condition, change, type Dynamo, removeIf } from './dynamo.ts'
import { followerFields, loginFields } from './link-removal.ts'
import { followerRowOf, keyOf, type Row, rowOf } from './link-rows.ts'

/**
 * Decides which openid a unionid refers to, and returns it; `openid` is a candidate. Throws if concurrent writes do not
 * stop.
 */
export type Settle = (unionid: UnionId, openid: OpenId) => Promise<OpenId | undefined>

/** How often a concurrent write may interfere. */
const mostRounds = 8

/** The follower side of a unionid's row; without `openid` it refers to nobody. */
type Side = Partial<Pick<FollowerRow, 'openid' | 'following' | 'followedAt' | 'at' | 'turn'>>

/** Creates the settling for the rows of a table. */
export function createSettling(dynamo: Dynamo, table: string): Settle {
  const read = async (addresses: ReadonlySet<string>) =>
    (
      await batchGet(
        dynamo,
        table,
        [...addresses].map(address => ({ address })),
      )
    ).map(rowOf)
  const write = (address: string, side: Side, union: Row | undefined) => {
    const asRead = asItWas(union)
    if (!isEmpty(side, union)) {
      return change(dynamo, table, { address }, { set: { ...nothing, ...side, ...spoiltLogin(union) }, ...asRead })
    }
    const noLogin = { condition: 'attribute_not_exists(#miniOpenid)', values: {} }
    return removeIf(dynamo, table, { address }, bothOf(asRead, noLogin))
  }

  return async (unionid, openid) => {
    const address = keyOf({ unionid })
    for (let round = 0; round < mostRounds; round++) {
      // Read first, so that the openids' rows are at least as new.
      const [union] = await read(new Set([address]))
      const openids = [openid, ...(union?.openid === undefined ? [] : [union.openid])]
      const rows = await read(new Set(openids.map(it => keyOf({ openid: it }))))
      const side = sideOf(unionid, union, new Map(rows.flatMap(followerRowOf)))
      if (side === undefined || isSame(side, union)) return union?.openid
      await write(address, side, union)
    }
    throw new Error('the row of a unionid was changed by others again and again')
  }
}

/** What the row should say; undefined if it should stay as it is. */
function sideOf(unionid: UnionId, union: Row | undefined, rows: ReadonlyMap<OpenId, StoredRow>): Side | undefined {
  const known = [...rows.values()]
  const own = known.filter(isReadable).filter(it => it.unionid === unionid)
  const best = own.toSorted((one, other) => rank(other, union) - rank(one, union) || newer(other, one))[0]
  const isSure = known.every(isReadable)
  if (best !== undefined && (isSure || best.following)) return copyOf(best)
  if (union?.openid === undefined || union.isUnreadable || !isSure) return undefined
  // The openid's row says when it got another unionid; a late write of the old state loses against that.
  const moved = rows.get(union.openid)
  return moved === undefined || !isReadable(moved) ? {} : copyOf({ at: moved.at, turn: moved.turn })
}

/** A follower first; then the openid it referred to before. */
function rank({ following, openid }: FollowerRow, union: Row | undefined): number {
  return following ? 2 : Number(openid === union?.openid)
}

/** If two openids seem to follow, one no longer does and the news is late: the later state of WeChat's wins. */
function newer(one: FollowerRow, other: FollowerRow): number {
  return one.at - other.at || (one.followedAt ?? 0) - (other.followedAt ?? 0)
}

function copyOf({
  openid,
  following,
  followedAt,
  at,
  turn,
}: { readonly [K in keyof Side]?: Side[K] | undefined }): Side {
  return {
    ...(openid === undefined ? {} : { openid }),
    ...(following === undefined ? {} : { following }),
    ...(followedAt === undefined ? {} : { followedAt }),
    ...(at === undefined ? {} : { at }),
    ...(turn === undefined ? {} : { turn }),
  }
}

const nothing = Object.fromEntries(followerFields.map(name => [name, undefined]))

/** Returns whether the row of a unionid already says this about its follower. */
export function isSame(side: Side, union: Row | undefined): boolean {
  if (union === undefined || union.isUnreadable) return false
  const { openid, following, followedAt, at, turn } = side
  return (
    union.openid === openid &&
    union.following === following &&
    union.followedAt === followedAt &&
    union.at === at &&
    union.turn === turn
  )
}

function isEmpty(side: Side, union: Row | undefined): boolean {
  return Object.keys(side).length === 0 && union?.miniOpenid === undefined
}

/** The row is still as it was read. */
function asItWas(union: Row | undefined): Condition {
  if (union === undefined) return { condition: 'attribute_not_exists(#address)', values: {} }
  if (union.isUnreadable) return { condition: 'attribute_exists(#address)', values: {} }
  const known = [['openid', union.openid] as const, ['at', union.at] as const, ['turn', union.turn] as const]
  const conditions = known.map(([name, value]) =>
    value === undefined ? `attribute_not_exists(#${name})` : `#${name} = :was${name}`,
  )
  const values = Object.fromEntries(known.flatMap(([name, it]) => (it === undefined ? [] : [[`was${name}`, it]])))
  return { condition: conditions.join(' AND '), values }
}

/** An unreadable login side is removed; the next login writes it again. */
function spoiltLogin(union: Row | undefined): Record<string, undefined> {
  if (!union?.isUnreadable) return {}
  const isGood = new Map(Object.entries({ miniOpenid: union.miniOpenid, loginAt: union.loginAt }))
  return Object.fromEntries(loginFields.filter(it => isGood.get(it) === undefined).map(it => [it, undefined]))
}

/**
 * Puts the follower side of a unionid's row right by the rows of the openids, which say what is true (link-rows.ts).
 *
 * Without transactions: it reads, decides, writes only if the row is still as it was read, and looks again until there is
 * nothing to do. Whoever changes the row of an openid writes its unionid's row after that, so the last of them is right.
 */

import { type FollowerRow, isReadable, type StoredRow } from '../../followers/link.ts'
import type { OpenId, UnionId } from '../../identifiers.ts'
import { batchGet, bothOf, type Condition, change, type Dynamo, removeIf } from './dynamo.ts'
import { followerFields, loginFields } from './link-removal.ts'
import { followerRowOf, keyOf, type Row, rowOf } from './link-rows.ts'

/**
 * Settles which openid a unionid leads to, and answers it; `openid` is one that it may be. Throws if others write all the
 * time.
 */
export type Settle = (unionid: UnionId, openid: OpenId) => Promise<OpenId | undefined>

/** How often somebody else may write in between. */
const mostRounds = 8

/** The follower side of a unionid's row; without `openid` it leads to nobody. */
type Side = Partial<Pick<FollowerRow, 'openid' | 'following' | 'followedAt' | 'at' | 'turn'>>

/** Creates what settles the rows of a table. */
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
      // First, for then what the openids' rows say is at least as new.
      const [union] = await read(new Set([address]))
      const openids = [openid, ...(union?.openid === undefined ? [] : [union.openid])]
      const rows = await read(new Set(openids.map(it => keyOf({ openid: it }))))
      const side = sideOf(unionid, union, new Map(rows.flatMap(followerRowOf)))
      if (side === undefined || isSame(side, union)) return union?.openid
      await write(address, side, union)
    }
    throw new Error('the row of a unionid was changed all the time')
  }
}

/** What the row should say; undefined where it should stay as it is. */
function sideOf(unionid: UnionId, union: Row | undefined, rows: ReadonlyMap<OpenId, StoredRow>): Side | undefined {
  const known = [...rows.values()]
  const own = known.filter(isReadable).filter(it => it.unionid === unionid)
  const best = own.toSorted((one, other) => rank(other, union) - rank(one, union) || newer(other, one))[0]
  const isSure = known.every(isReadable)
  if (best !== undefined && (isSure || best.following)) return copyOf(best)
  if (union?.openid === undefined || union.isUnreadable || !isSure) return undefined
  // Their row says when they got another unionid; whatever is written late of before loses against that.
  const moved = rows.get(union.openid)
  return moved === undefined || !isReadable(moved) ? {} : copyOf({ at: moved.at, turn: moved.turn })
}

/** Who follows; then whom it led to before. */
function rank({ following, openid }: FollowerRow, union: Row | undefined): number {
  return following ? 2 : Number(openid === union?.openid)
}

/** Of two who follow, by two openids, one no longer does and nobody has told yet: the one that WeChat said so of last. */
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

/** Whether the row of a unionid says of its follower just this. */
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

/** What of the login side cannot be read goes; the next login writes it anew. */
function spoiltLogin(union: Row | undefined): Record<string, undefined> {
  if (!union?.isUnreadable) return {}
  const isGood = new Map(Object.entries({ miniOpenid: union.miniOpenid, loginAt: union.loginAt }))
  return Object.fromEntries(loginFields.filter(it => isGood.get(it) === undefined).map(it => [it, undefined]))
}

/**
 * The rows of the links table, one per address:
 *
 * `openid#…` `{unionid?, following, followedAt?, at, turn?, waits?}` · `mini#…` `{unionid?, at}` ·
 * `unionid#…` `{openid?, following?, followedAt?, at?, turn?, miniOpenid?, loginAt?}`.
 *
 * `waits` puts a follower into the index of those who left or have no unionid yet: `left#n` or `unbound#n`.
 */

import * as v from 'valibot'

import { type Address, isId, type MiniOpenId, type OpenId, type UnionId } from '../identifiers.ts'
import type { FollowerRow, Person } from '../link.ts'

const id = v.custom<OpenId & UnionId>(isId)

/** The shape of every row; which fields it has depends on its kind of address. */
export const linkRow = v.object({
  address: v.string(),
  openid: v.exactOptional(id),
  unionid: v.exactOptional(id),
  following: v.exactOptional(v.boolean()),
  followedAt: v.exactOptional(v.number()),
  at: v.exactOptional(v.number()),
  turn: v.exactOptional(v.number()),
  miniOpenid: v.exactOptional(v.custom<MiniOpenId>(isId)),
  loginAt: v.exactOptional(v.number()),
})

type Row = v.InferOutput<typeof linkRow>
export type LinkRows = ReadonlyMap<string, Row>

/** The key of the row of an address. */
export function keyOf(address: Address): string {
  if ('openid' in address) return `openid#${address.openid}`
  return 'unionid' in address ? `unionid#${address.unionid}` : `mini#${address.miniOpenid}`
}

/** Joins what the rows of the addresses, and of the unionids behind them, say of a person. */
export function personOf(address: Address, direct: LinkRows, behind: LinkRows): Person {
  const found = direct.get(keyOf(address))
  if (found === undefined) return { known: false, following: false }
  if ('openid' in address) return joined(found, { openid: address.openid, unionid: found.unionid })
  if ('unionid' in address) return joined(found, { openid: found.openid, unionid: address.unionid })
  const { unionid } = found
  const person = unionid === undefined ? undefined : behind.get(keyOf({ unionid }))
  return joined(person, { openid: person?.openid, unionid })
}

/** Reads a row of an openid; empty for any other. */
export function followerRowOf({ address, ...fields }: Row): [OpenId, FollowerRow][] {
  const openid = address.slice('openid#'.length)
  const { following, at, turn, unionid, followedAt } = fields
  if (!address.startsWith('openid#') || !isId(openid) || following === undefined || at === undefined) return []
  const ids = { openid, ...(unionid === undefined ? {} : { unionid }) }
  const dates = { at, ...(turn === undefined ? {} : { turn }), ...(followedAt === undefined ? {} : { followedAt }) }
  return [[openid, { ...ids, following, ...dates }]]
}

export type Waiting = 'left' | 'unbound'
/** Over so many values of the index's key the waiting are spread: one value takes a thousand writes a second. */
export const waitingShards = 8

/** The index's key for a follower who waits for something; undefined for who does not. */
export function waitsOf({ openid, following, unionid }: FollowerRow): string | undefined {
  if (following && unionid !== undefined) return undefined
  return waitingKey(
    following ? 'unbound' : 'left',
    Buffer.from(openid).reduce((sum, byte) => sum + byte, 0),
  )
}

/** The index's key of one shard. */
export function waitingKey(what: Waiting, shard: number): string {
  return `${what}#${shard % waitingShards}`
}

type Ids = { readonly openid: OpenId | undefined; readonly unionid: UnionId | undefined }

function joined(row: Row | undefined, { openid, unionid }: Ids): Person {
  return {
    known: true,
    following: row?.following ?? false,
    ...(openid === undefined ? {} : { openid }),
    ...(unionid === undefined ? {} : { unionid }),
    ...(row?.followedAt === undefined ? {} : { followedAt: row.followedAt }),
  }
}

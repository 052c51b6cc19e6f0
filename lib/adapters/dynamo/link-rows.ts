/**
 * The rows of the links table, one per address:
 *
 * `openid#…` `{unionid?, following, followedAt?, at, turn?, formerly?, waits?}` · `mini#…` `{unionid?, at}` ·
 * `unionid#…` `{openid?, following?, followedAt?, at?, turn?, miniOpenid?, loginAt?}`.
 *
 * What is true of a follower stands in the row of the openid. The row of the unionid has a copy, its follower side, of
 * whichever openid follows; with `at` and no openid it says that it led to somebody until then. Its login side is its own.
 *
 * `waits` puts a follower into the index of those who left or have no unionid yet: `left#n` or `unbound#n`. `formerly` has
 * the unionids of before with blanks between them.
 */

import * as v from 'valibot'
import type { FollowerRow, Person, StoredRow } from '../../followers/link.ts'
import { type Address, isId, type MiniOpenId, maskId, type OpenId, type UnionId } from '../../identifiers.ts'

const unionid = v.custom<UnionId>(isId)
const instant = v.exactOptional(v.number())
const formerUnionids = v.pipe(
  v.string(),
  v.transform(it => it.split(' ')),
  v.array(unionid),
)

const follower = { following: v.exactOptional(v.boolean()), followedAt: instant, at: instant, turn: instant }
/** The fields that each kind of row may have; others that stand there are nobody's. */
const fieldsOf = {
  openid: { ...follower, unionid: v.exactOptional(unionid), formerly: v.exactOptional(formerUnionids) },
  unionid: {
    ...follower,
    openid: v.exactOptional(v.custom<OpenId>(isId)),
    miniOpenid: v.exactOptional(v.custom<MiniOpenId>(isId)),
    loginAt: instant,
  },
  mini: { unionid: v.exactOptional(unionid), at: instant },
}
type Kind = keyof typeof fieldsOf
const linkRow = v.object({ ...fieldsOf.openid, ...fieldsOf.unionid, ...fieldsOf.mini })
type Fields = v.InferOutput<typeof linkRow>

/** A row; of one that cannot be read, what of it can. */
export type Row = Fields & { readonly address: string; readonly isUnreadable?: true }
export type LinkRows = ReadonlyMap<string, Row>
type Item = Readonly<Record<string, unknown>>

/** Reads a row; it is never thrown away for one field that is wrong, for then nothing could be done about it. */
export function rowOf(item: Item): Row {
  const address = `${item.address}`
  const own = Object.entries(fieldsOf[kindOf(address)]).filter(([name]) => name in item)
  const good = own.filter(([name, shape]) => v.is(shape, item[name]))
  const row = { address, ...v.parse(linkRow, Object.fromEntries(good.map(([name]) => [name, item[name]]))) }
  return good.length === own.length && isWhole(row) ? row : { ...row, isUnreadable: true }
}

function kindOf(address: string): Kind {
  if (address.startsWith('openid#')) return 'openid'
  return address.startsWith('mini#') ? 'mini' : 'unionid'
}

/** Without these nobody could tell what the row of an openid says. */
function isWhole({ address, following, at }: Row): boolean {
  return !address.startsWith('openid#') || (following !== undefined && at !== undefined)
}

/** The key of the row of an address. */
export function keyOf(address: Address): string {
  if ('openid' in address) return `openid#${address.openid}`
  return 'unionid' in address ? `unionid#${address.unionid}` : `mini#${address.miniOpenid}`
}

/** The key of a row, short enough for a log. */
export function maskedKey(address: string): string {
  const [kind = '', text = ''] = address.split('#')
  return `${kind}#${maskId(text)}`
}

/** Joins what the rows of the addresses, and of the unionids behind them, say of a person; undefined if one is unreadable. */
export function personOf(address: Address, direct: LinkRows, behind: LinkRows): Person | undefined {
  const found = direct.get(keyOf(address))
  if (found === undefined) return { known: false, following: false }
  if (found.isUnreadable) return undefined
  if ('openid' in address) return joined(found, { openid: address.openid, unionid: found.unionid })
  if ('unionid' in address) return joined(found, { openid: found.openid, unionid: address.unionid })
  const { unionid } = found
  const person = unionid === undefined ? undefined : behind.get(keyOf({ unionid }))
  return person?.isUnreadable ? undefined : joined(person, { openid: person?.openid, unionid })
}

/** Reads a row of an openid; empty for any other. */
export function followerRowOf({ address, isUnreadable, ...row }: Row): [OpenId, StoredRow][] {
  const openid = address.slice('openid#'.length)
  if (!address.startsWith('openid#') || !isId(openid)) return []
  const { following, at, turn, unionid, followedAt, formerly } = row
  const ids = { openid, ...(unionid === undefined ? {} : { unionid }), ...(formerly === undefined ? {} : { formerly }) }
  if (isUnreadable || following === undefined || at === undefined) return [[openid, { ...ids, isUnreadable: true }]]
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

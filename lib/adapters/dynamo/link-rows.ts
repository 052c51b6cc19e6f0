/**
 * The rows of the links table, one per address:
 *
 * `openid#<appid>#…` `{unionid?, following, followedAt?, at, turn?, formerly?, waits?}` · `mini#<appid>#…` `{unionid?, at}` ·
 * `unionid#…` with a side for each app (link-sides.ts). The first two have a side for each app that a scan leads to
 * (link-scans.ts).
 *
 * What is true of a follower stands in the row of the openid. The row of the unionid has a copy, the account's side, of
 * whichever openid follows there.
 *
 * `waits` puts a follower into the index of those who left or have no unionid yet: `left#<appid>#n` or
 * `unbound#<appid>#n`. `formerly` has the unionids of before with blanks between them.
 */

import * as v from 'valibot'
import type { FollowerRow, StoredRow } from '../../followers/link.ts'
import { type Address, isId, maskId, type OfficialAppId, type OpenId, type UnionId } from '../../identifiers.ts'
import { type Item, readFields, type Spoilt } from './link-fields.ts'
import { type Sides, sidesOf } from './link-sides.ts'

const unionid = v.exactOptional(v.custom<UnionId>(isId))
const instant = v.exactOptional(v.number())
const formerUnionids = v.pipe(
  v.string(),
  v.transform(it => it.split(' ')),
  v.array(v.custom<UnionId>(isId)),
)

const openidFields = v.object({
  unionid,
  following: v.exactOptional(v.boolean()),
  followedAt: instant,
  at: instant,
  turn: instant,
  formerly: v.exactOptional(formerUnionids),
})
const miniFields = v.object({ unionid, at: instant })
type Fields = v.InferOutput<typeof openidFields>

/** A row; of one that cannot be read, what of it can. Of a unionid's row each side says so itself. */
export type Row = Fields & Spoilt & Sides & { readonly address: string }
export type LinkRows = ReadonlyMap<string, Row>

/** Reads a row; it is never thrown away for one field that is wrong, for then nothing could be done about it. */
export function rowOf(item: Item): Row {
  const address = `${item.address}`
  const sides = sidesOf(item)
  if (address.startsWith('unionid#')) return { address, ...sides }
  const none = address.startsWith('openid#') ? { followers: new Map() } : { logins: new Map() }
  return { address, ...fieldsOf(address, item), ...sides, ...none }
}

/** What else stands in a row is nobody's. */
function fieldsOf(address: string, item: Item): Fields & Spoilt {
  if (!address.startsWith('openid#')) return readFields(miniFields, item)
  const fields: Fields & Spoilt = readFields(openidFields, item)
  // Without these nobody could tell what it says.
  const isWhole = fields.following !== undefined && fields.at !== undefined
  return isWhole ? fields : { ...fields, isUnreadable: true }
}

/** The key of the row of an address. */
export function keyOf(address: Address): string {
  if ('official' in address) return `openid#${address.official}#${address.openid}`
  return 'unionid' in address ? `unionid#${address.unionid}` : `mini#${address.mini}#${address.miniOpenid}`
}

/** The keys of what of a row cannot be read, short enough for a log: of a unionid's row those of its sides. */
export function unreadableKeys({ address, isUnreadable, followers, logins }: Row): string[] {
  const sides = [...followers, ...logins].filter(([, it]) => it.isUnreadable)
  const key = maskedKey(address)
  return [...(isUnreadable ? [key] : []), ...sides.map(([appid]) => `${key}#${appid}`)]
}

function maskedKey(address: string): string {
  const parts = address.split('#')
  return [...parts.slice(0, -1), maskId(parts.at(-1) ?? '')].join('#')
}

/** Reads a row of an openid; empty for any other. */
export function followerRowOf({ address, isUnreadable, ...row }: Row): [OpenId, StoredRow][] {
  const openid = openidOf(address)
  if (openid === undefined) return []
  const { following, at, turn, unionid, followedAt, formerly } = row
  const known = { ...(unionid === undefined ? {} : { unionid }), ...(formerly === undefined ? {} : { formerly }) }
  const ids = { openid, ...known, ...scannedOf(row) }
  if (isUnreadable || following === undefined || at === undefined) return [[openid, { ...ids, isUnreadable: true }]]
  const dates = { at, ...(turn === undefined ? {} : { turn }), ...(followedAt === undefined ? {} : { followedAt }) }
  return [[openid, { ...ids, following, ...dates }]]
}

function scannedOf({ logins, version }: Pick<Row, 'logins' | 'version'>): Pick<StoredRow, 'scanned' | 'version'> {
  const scanned = [...logins].flatMap(([mini, { miniOpenid }]) =>
    miniOpenid === undefined ? [] : { mini, miniOpenid },
  )
  return { ...(scanned.length === 0 ? {} : { scanned }), ...(version === undefined ? {} : { version }) }
}

/** The openid in the key of its row; undefined in any other. */
export function openidOf(address: string): OpenId | undefined {
  const [kind, , openid] = address.split('#')
  return kind === 'openid' && isId(openid) ? openid : undefined
}

export type Waiting = 'left' | 'unbound'
/** Over so many values of the index's key an account's waiting are spread: one value takes a thousand writes a second. */
export const waitingShards = 8

/** The index's key for a follower who waits for something; undefined for who does not. */
export function waitsOf(official: OfficialAppId, { openid, following, unionid }: FollowerRow): string | undefined {
  if (following && unionid !== undefined) return undefined
  const shard = Buffer.from(openid).reduce((sum, byte) => sum + byte, 0)
  return waitingKey(official, following ? 'unbound' : 'left', shard)
}

/** The index's key of one shard. */
export function waitingKey(official: OfficialAppId, what: Waiting, shard: number): string {
  return `${what}#${official}#${shard % waitingShards}`
}

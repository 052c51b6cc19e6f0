/** What the rows of the links say of people, account by account. */

import type { AtAccount, FoundPerson } from '../../followers/link.ts'
import type { Address, UnionId } from '../../identifiers.ts'
import { keyOf, type LinkRows, type Row } from './link-rows.ts'
import type { FollowerSide } from './link-sides.ts'

type Accounts = FoundPerson['accounts']

/** `behind` are the rows of the unionids to which the rows of the addresses lead. */
export type FoundRows = { readonly direct: LinkRows; readonly behind: LinkRows; readonly isEverywhere: boolean }

/** The unionids whose rows are needed beside those of the addresses. */
export function unionidsBehind(addresses: readonly Address[], direct: LinkRows, isEverywhere: boolean): UnionId[] {
  const through = addresses.filter(it => 'mini' in it || ('official' in it && isEverywhere))
  return through.flatMap(it => direct.get(keyOf(it))?.unionid ?? [])
}

/** Joins what the rows say of the person of an address; undefined if one is unreadable without which nothing is known. */
export function personOf(address: Address, rows: FoundRows): FoundPerson | undefined {
  const found = rows.direct.get(keyOf(address))
  if (found === undefined) return { known: false, accounts: new Map() }
  if ('unionid' in address) return withIds(address.unionid, accountsOf(found))
  const { unionid } = found
  const union = unionid === undefined ? undefined : rows.behind.get(keyOf({ unionid }))
  if ('mini' in address) return found.isUnreadable ? undefined : withIds(unionid, accountsOf(union))
  const { official, openid } = address
  const own = [official, atAccount({ ...found, openid })] as const
  if (!rows.isEverywhere) return { ...withIds(unionid, new Map([own])), only: official }
  return withIds(unionid, new Map([...accountsOf(union), own]))
}

function withIds(unionid: UnionId | undefined, accounts: Accounts): FoundPerson {
  return { known: true, accounts, ...(unionid === undefined ? {} : { unionid }) }
}

function accountsOf(union: Row | undefined): Accounts {
  return new Map([...(union?.followers ?? [])].map(([official, side]) => [official, atAccount(side)] as const))
}

function atAccount({ openid, following = false, followedAt, isUnreadable }: FollowerSide): AtAccount | 'unreadable' {
  if (isUnreadable) return 'unreadable'
  return {
    following,
    ...(openid === undefined ? {} : { openid }),
    ...(followedAt === undefined ? {} : { followedAt }),
  }
}

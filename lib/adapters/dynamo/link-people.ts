/** What the rows of the links say of people, account by account. */

import type { AtAccount, FoundPerson } from '../../followers/link.ts'
import { isOtherPerson, type MiniUser, type ScanLink } from '../../followers/scan.ts'
import type { Address, UnionId } from '../../identifiers.ts'
import { keyOf, type LinkRows, type Row } from './link-rows.ts'
import type { FollowerSide } from './link-sides.ts'

type Accounts = FoundPerson['accounts']

/** `behind` are the rows to which those of the addresses lead. */
export type FoundRows = { readonly direct: LinkRows; readonly behind: LinkRows; readonly isEverywhere: boolean }

/** The keys of the rows that are needed beside those of the addresses: of unionids, and of who scanned a user's code. */
export function keysBehind(addresses: readonly Address[], direct: LinkRows, isEverywhere: boolean): string[] {
  return addresses.flatMap(address => {
    const row = direct.get(keyOf(address))
    if (row === undefined || 'unionid' in address || ('official' in address && !isEverywhere)) return []
    const unionids = row.unionid === undefined ? [] : [keyOf({ unionid: row.unionid })]
    return 'mini' in address ? [...unionids, ...scansOf(address, row).map(keyOf)] : unionids
  })
}

/** The followers that a user's row leads to. */
function scansOf({ mini, miniOpenid }: MiniUser, { followers }: Row): ScanLink[] {
  return [...followers].flatMap(([official, { openid }]) => {
    return openid === undefined ? [] : [{ official, openid, mini, miniOpenid }]
  })
}

/** Joins what the rows say of the person of an address; undefined if one is unreadable without which nothing is known. */
export function personOf(address: Address, rows: FoundRows): FoundPerson | undefined {
  const found = rows.direct.get(keyOf(address))
  if (found === undefined) return { known: false, accounts: new Map() }
  if ('unionid' in address) return withIds(address.unionid, accountsOf(found))
  const { unionid } = found
  const union = unionid === undefined ? undefined : rows.behind.get(keyOf({ unionid }))
  if ('mini' in address) return found.isUnreadable ? undefined : userOf(address, found, { union, ...rows })
  const { official, openid } = address
  const own = [official, atAccount({ ...found, openid })] as const
  if (!rows.isEverywhere) return { ...withIds(unionid, new Map([own])), only: official }
  return withIds(unionid, new Map([...accountsOf(union), own]))
}

/** A user at the accounts that their unionid leads to; and where it leads nowhere, at those whose follower scanned their code. */
function userOf(user: MiniUser, found: Row, { union, behind }: FoundRows & { union: Row | undefined }): FoundPerson {
  const accounts = new Map(accountsOf(union))
  const overruled: ScanLink[] = []
  for (const link of scansOf(user, found)) {
    const [row, known] = [behind.get(keyOf(link)), accounts.get(link.official)]
    // Both lead to each other, or it is what remains of a link, or the beginning of one.
    if (known === 'unreadable' || row?.logins.get(user.mini)?.miniOpenid !== user.miniOpenid) continue
    const isOther = isOtherPerson(found.unionid, row.unionid) || ![undefined, link.openid].includes(known?.openid)
    if (isOther) overruled.push(link)
    else if (known?.openid === undefined) accounts.set(link.official, byScan({ ...row, openid: link.openid }))
  }
  return { ...withIds(found.unionid, accounts), ...(overruled.length === 0 ? {} : { overruled }) }
}

function byScan(side: FollowerSide): AtAccount | 'unreadable' {
  const known = atAccount(side)
  return known === 'unreadable' ? known : { ...known, isByScan: true }
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

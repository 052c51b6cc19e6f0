/** Removes people's rows from the links without losing references along the way (the rows: link-rows.ts). */

import { subtract } from '../../followers/person-ids.ts'
import type { Address, UnionId } from '../../identifiers.ts'
import { bothOf, type Condition, change, type Dynamo, removeIf } from './dynamo.ts'
import { always, type Removal } from './link-removal.ts'
import { keyOf, type Row } from './link-rows.ts'
import type { Settle } from './link-settling.ts'
import { createUnions, newVersion, versionIs } from './link-sides.ts'

/** How often a concurrent write may interfere. */
const mostRounds = 5

type Read = (address: Address) => Promise<Row | undefined>
type RemovingDeps = { readonly dynamo: Dynamo; readonly table: string; readonly read: Read; readonly settle: Settle }
export type Remove = (
  ids: readonly Address[],
  known: readonly Address[],
  removal: Removal,
) => Promise<readonly Address[]>

/**
 * Removes rows, each on its condition, and of a unionid's row the sides that are to go. A row that leads to an address
 * which is not among the `known` stays, and that one is answered: without that row nothing might lead there any more.
 */
export function createRemoving({ dynamo, table, read, settle }: RemovingDeps): Remove {
  const unions = createUnions(dynamo, table)
  /**
   * Whoever followed since is kept; but they may have left after that, and the row of their openid is gone. And what could
   * not be read may be right again by that row.
   */
  const resettle = async (unionid: UnionId, { followers }: Row, gone: readonly unknown[]) => {
    for (const [official, { openid, isUnreadable }] of followers) {
      const isToSettle = isUnreadable || !gone.includes(official)
      if (isToSettle && openid !== undefined) await settle(unionid, { official, openid })
    }
  }
  /** Each of these answers whether the row is done with: it is gone, or stays for what is newer in it. */
  const tryUnion = async (unionid: UnionId, row: Row, removal: Removal): Promise<boolean> => {
    const gone = removal.goneOf(row)
    if (!(await unions.drop(row, gone))) return false
    await resettle(unionid, row, gone)
    return true
  }
  const tryOwn = async (row: Row, address: Address, condition: Condition): Promise<boolean> => {
    const isGone = await removeIf(dynamo, table, { address: keyOf(address) }, bothOf(condition, leadsAsRead(row)))
    if (isGone) return true
    const now = await read(address)
    return now?.unionid === row.unionid && now?.version === row.version
  }
  /** Ends the links by scan of a row that may have to stay: it is to lead to nobody who goes. */
  const cutScans = async ({ address, followers, logins, version }: Row): Promise<false> => {
    const ended = Object.fromEntries([...followers.keys(), ...logins.keys()].map(appid => [appid, undefined]))
    await change(dynamo, table, { address }, { set: { ...ended, version: newVersion() }, ...versionIs(version) })
    return false
  }
  const tryFollower = async (row: Row, address: Address, removal: Removal): Promise<boolean> => {
    const { unionid, isUnreadable } = row
    // Of a row that cannot be read nobody can say what is newer in it.
    if (isUnreadable) return tryOwn(row, address, always)
    const union = unionid === undefined ? undefined : await read({ unionid })
    // Their unionid has logged in since.
    if (union !== undefined && removal.isBack(union)) return true
    return tryOwn(row, address, removal.follower)
  }
  const tryOne = async (row: Row, address: Address, removal: Removal): Promise<boolean> => {
    if ('unionid' in address) return tryUnion(address.unionid, row, removal)
    if (row.followers.size + row.logins.size > 0) return cutScans(row)
    if ('official' in address) return tryFollower(row, address, removal)
    return tryOwn(row, address, row.isUnreadable ? always : removal.mini)
  }
  const removeOne = async (address: Address, known: readonly Address[], removal: Removal): Promise<Address[]> => {
    for (let round = 0; round < mostRounds; round++) {
      const row = await read(address)
      const unknown = row === undefined ? [] : subtract(leadsOf(row), known)
      if (row === undefined || unknown.length > 0 || (await tryOne(row, address, removal))) return unknown
    }
    throw new Error('a row to be removed was changed by others again and again')
  }

  return async (ids, known, removal) => {
    const found: Address[] = []
    for (const address of subtract(ids, [])) found.push(...(await removeOne(address, known, removal)))
    return subtract(found, [])
  }
}

/** The addresses to which a row leads. */
export function leadsOf({ unionid, formerly = [], followers, logins }: Row): Address[] {
  const unionids = [...(unionid === undefined ? [] : [unionid]), ...formerly]
  return [
    ...[...followers].flatMap(([official, { openid }]) => (openid === undefined ? [] : [{ official, openid }])),
    ...unionids.map(it => ({ unionid: it })),
    ...[...logins].flatMap(([mini, { miniOpenid }]) => (miniOpenid === undefined ? [] : [{ mini, miniOpenid }])),
  ]
}

/** The row of an openid leads where it led when it was read, by its unionid and by scans. */
function leadsAsRead({ unionid, version }: Row): Condition {
  if (unionid === undefined) return bothOf(noUnionid, versionIs(version))
  return bothOf({ condition: '#unionid = :lead', values: { lead: unionid } }, versionIs(version))
}

const noUnionid: Condition = { condition: 'attribute_not_exists(#unionid)', values: {} }

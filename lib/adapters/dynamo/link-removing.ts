/** Removes people's rows from the links without losing references along the way (the rows: link-rows.ts). */

import { oneByOne, without } from '../../followers/person-ids.ts'
import type { PersonIds } from '../../followers/ports.ts'
import type { Address } from '../../identifiers.ts'
import { bothOf, type Condition, change, type Dynamo, removeIf } from './dynamo.ts'
import { always, followerFields, loginFields, type Removal } from './link-removal.ts'
import { keyOf, type Row } from './link-rows.ts'
import type { Settle } from './link-settling.ts'

/** How often a concurrent write may interfere. */
const mostRounds = 5

type Read = (address: Address) => Promise<Row | undefined>
type RemovingDeps = { readonly dynamo: Dynamo; readonly table: string; readonly read: Read; readonly settle: Settle }

/**
 * Removes rows, each on its condition, and of a unionid's row at least the side whose condition holds. A row that
 * refers to an id not among the `known` stays, and the id is returned: nothing else might refer to it.
 */
export function createRemoving({ dynamo, table, read, settle }: RemovingDeps) {
  const strip = (address: Address, fields: readonly string[], { condition, values }: Condition) => {
    const set = Object.fromEntries(fields.map(name => [name, undefined]))
    // Never creates a row: an update of a missing row would.
    const isThere = `attribute_exists(#address) AND (${condition})`
    return change(dynamo, table, { address: keyOf(address) }, { set, condition: isThere, values })
  }
  /** A follower who came back is kept; but they may have left again, and their openid's row is gone. */
  const resettle = async (row: Row, address: Address) => {
    if ('unionid' in address && row.openid !== undefined) await settle(address.unionid, row.openid)
  }
  const stripUnion = async (row: Row, address: Address, { unionFollower, unionLogin }: Removal) => {
    await strip(address, followerFields, bothOf(unionFollower, leadsAsRead(row)))
    await strip(address, loginFields, bothOf(unionLogin, leadsAsRead(row, 'miniOpenid')))
    await resettle(row, address)
  }
  /** A follower whose unionid has logged in since. */
  const isBack = async (
    { unionid, isUnreadable }: Row,
    address: Address,
    { backAt = Number.POSITIVE_INFINITY }: Removal,
  ) => {
    if (!('openid' in address) || unionid === undefined || isUnreadable) return false
    const person = await read({ unionid })
    return person?.loginAt !== undefined && person.loginAt >= backAt && !person.isUnreadable
  }
  /** Returns whether the row is done: removed, or unchanged in its references and kept for newer data. */
  const tryOne = async (row: Row, address: Address, removal: Removal): Promise<boolean> => {
    const condition = bothOf(conditionOf(row, address, removal), leadsAsRead(row))
    const isGone = await removeIf(dynamo, table, { address: keyOf(address) }, condition)
    if (isGone && row.isUnreadable) await resettle(row, address)
    if (isGone) return true
    if (!isLeadAsRead(row, await read(address))) return false
    if ('unionid' in address) await stripUnion(row, address, removal)
    return true
  }
  const tryIfNotBack = async (row: Row, address: Address, removal: Removal) =>
    (await isBack(row, address, removal)) || tryOne(row, address, removal)
  const removeOne = async (address: Address, known: readonly PersonIds[], removal: Removal): Promise<PersonIds[]> => {
    for (let round = 0; round < mostRounds; round++) {
      const row = await read(address)
      const unknown = row === undefined ? [] : without(leadsOf(row), known)
      if (row === undefined || unknown.length > 0 || (await tryIfNotBack(row, address, removal))) return unknown
    }
    throw new Error('a row to be removed was changed by others again and again')
  }

  return async (ids: readonly PersonIds[], known: readonly PersonIds[], removal: Removal): Promise<PersonIds[]> => {
    const found: PersonIds[] = []
    for (const address of without(ids, []).flatMap(addressesOf)) {
      found.push(...(await removeOne(address, known, removal)))
    }
    return without(found, [])
  }
}

/** In an unreadable row nobody can tell what is newer. */
function conditionOf({ isUnreadable }: Row, address: Address, removal: Removal): Condition {
  const { follower, mini, unionFollower, unionLogin } = removal
  if (isUnreadable) return always
  if ('openid' in address) return follower
  return 'miniOpenid' in address ? mini : bothOf(unionFollower, unionLogin)
}

function addressesOf({ openid, unionid, miniOpenid }: PersonIds): Address[] {
  return [
    ...(openid === undefined ? [] : [{ openid }]),
    ...(unionid === undefined ? [] : [{ unionid }]),
    ...(miniOpenid === undefined ? [] : [{ miniOpenid }]),
  ]
}

/** The ids that a row refers to, one by one. */
export function leadsOf({ openid, unionid, miniOpenid, formerly = [] }: Row): PersonIds[] {
  return oneByOne(idsIn({ openid, unionid, miniOpenid })).concat(formerly.map(it => ({ unionid: it })))
}

const leads = ['openid', 'unionid', 'miniOpenid'] as const

/** The row's references are as they were read; for one side of a unionid's row only its own field counts. */
function leadsAsRead(row: Row, ...only: readonly (typeof leads)[number][]): Condition {
  const wanted = only.length === 0 ? leads : only
  const conditions = wanted.map(name =>
    row[name] === undefined ? `attribute_not_exists(#${name})` : `#${name} = :lead${name}`,
  )
  const values = wanted.flatMap(name => (row[name] === undefined ? [] : [[`lead${name}`, row[name]] as const]))
  return { condition: conditions.join(' AND '), values: Object.fromEntries(values) }
}

function isLeadAsRead(one: Row, other: Row | undefined): boolean {
  return other !== undefined && leads.every(name => one[name] === other[name])
}

/** Drops undefined ids. */
export function idsIn(ids: { readonly [K in keyof PersonIds]?: PersonIds[K] | undefined }): PersonIds {
  const { openid, unionid, miniOpenid } = ids
  return { ...(openid && { openid }), ...(unionid && { unionid }), ...(miniOpenid && { miniOpenid }) }
}

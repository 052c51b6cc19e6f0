/** Forgets who left an Official Account long ago: their side there, and with their last account the rest of them. */

import { subtract } from '../../followers/person-ids.ts'
import type { Address, OfficialAppId, OpenId, UnionId } from '../../identifiers.ts'
import { expiryOf, type Removal } from './link-removal.ts'
import { leadsOf, type Remove } from './link-removing.ts'
import type { Row } from './link-rows.ts'
import type { Unions } from './link-sides.ts'

type Leaver = { readonly official: OfficialAppId; readonly openid: OpenId }
type ExpiryDeps = {
  readonly read: (address: Address) => Promise<Row | undefined>
  readonly remove: Remove
  readonly unions: Pick<Unions, 'drop'>
}

/** How often somebody else may write in between; and three kinds of rows lead to one another, and to unionids of before. */
const mostRounds = 5

/** Creates what removes a leaver; false if they came back. */
export function createExpiry({ read, remove, unions }: ExpiryDeps) {
  /**
   * Removes the rows behind the row of an openid, the farthest first, for each leads to those behind it; false if it comes
   * upon another openid, which has a part in them.
   */
  const removeBehind = async (leaver: Leaver, row: Row, removal: Removal): Promise<boolean> => {
    const known: Address[] = [leaver]
    let found = subtract(leadsOf(row), known)
    for (let round = 0; found.length > 0 && round < mostRounds; round++) {
      if (found.some(it => 'official' in it)) return false
      known.push(...found)
      found = subtract(await remove(known.slice(1).toReversed(), known, removal), known)
    }
    return true
  }
  /** Takes the account's side alone out of a row. Where it `must` be shared, false if it is nobody else's. */
  const dropSide = async (unionid: UnionId, leaver: Leaver, { removal, must }: Drop): Promise<boolean> => {
    for (let round = 0; round < mostRounds; round++) {
      const union = await read({ unionid })
      if (union === undefined || (must && !isOfOthers(union, leaver))) return !must
      const own = removal.goneOf(union).filter(it => it === leaver.official)
      if (await unions.drop(union, own)) return true
    }
    throw new Error('the row of a unionid was changed all the time')
  }

  const removeAll = async (leaver: Leaver, row: Row, at: number): Promise<boolean> => {
    const removal = expiryOf(leaver, at)
    const { unionid } = row
    const isShared = unionid !== undefined && (await dropSide(unionid, leaver, { removal, must: true }))
    const isAlone = !isShared && (await removeBehind(leaver, row, removal))
    for (const it of isAlone ? [] : unionidsOf(row)) await dropSide(it, leaver, { removal, must: false })
    // Last: it leads to the others, should this be cut short.
    await remove([leaver], [leaver, ...leadsOf(row)], removal)
    return (await read(leaver)) === undefined
  }

  return async (leaver: Leaver, at: number): Promise<boolean> => {
    const row = await read(leaver)
    // Removed before, maybe by a try that failed behind this.
    if (row === undefined) return true
    return hasLeft(row, at) && removeAll(leaver, row, at)
  }
}

type Drop = { readonly removal: Removal; readonly must: boolean }

/** By another account, or another openid, the same person is known still, and is forgotten when they leave there. */
function isOfOthers({ followers }: Row, { official, openid }: Leaver): boolean {
  return [...followers].some(([it, side]) => side.openid !== undefined && (it !== official || side.openid !== openid))
}

function unionidsOf({ unionid, formerly = [] }: Row): readonly UnionId[] {
  return unionid === undefined ? formerly : [unionid, ...formerly]
}

function hasLeft({ isUnreadable, following, at = 0 }: Row, until: number): boolean {
  return !isUnreadable && following === false && at <= until
}

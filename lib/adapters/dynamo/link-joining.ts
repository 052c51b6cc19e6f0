/** Joins the followers of an account to their unionids: its side of a unionid's row follows the row of an openid. */

import type { FollowerRow } from '../../followers/link.ts'
import type { OfficialAppId, UnionId } from '../../identifiers.ts'
import { keyOf, type LinkRows } from './link-rows.ts'
import { isSame, type Settle } from './link-settling.ts'
import { copyOf, datesOf, type FollowerSide, type Unions } from './link-sides.ts'

/** This state of the openid's row is later than what the side has. */
const later = [
  '#side.#at < :at',
  '#side.#at = :at AND attribute_not_exists(#side.#turn)',
  '#side.#at = :at AND #side.#turn <= :turn',
]

/**
 * It is, and the side leads to one of these; or there is none. Without a parenthesis: DynamoDB's stand-in takes twice as
 * long to read a condition for each.
 */
function isLaterThan(...leads: readonly string[]): string {
  return ['attribute_not_exists(#side.#at)', ...leads.flatMap(lead => later.map(it => `${lead} AND ${it}`))].join(
    ' OR ',
  )
}

const isLaterOfOwn = isLaterThan('#side.#openid = :openid')
const isLaterOfOwnOrNobody = isLaterThan('#side.#openid = :openid', 'attribute_not_exists(#side.#openid)')

/** It says the same, be it of an earlier instant. */
function isCopy(row: FollowerRow, side: FollowerSide | undefined): boolean {
  return isSame({ ...row, ...(side && { at: side.at, turn: side.turn }) }, side)
}

/** Creates what joins the followers of one account. */
export function createJoining(official: OfficialAppId, unions: Unions, settle: Settle) {
  const write = async (unionid: UnionId, row: FollowerRow, side: FollowerSide, condition: string) => {
    const { openid, at, turn = 0 } = row
    const isWritten = await unions.put(unionid, official, side, { condition, values: { openid, at, turn } })
    if (!isWritten) await settle(unionid, { official, openid })
  }
  /**
   * The unionid's row takes over the follower's state, unless it knows a newer one of the same openid. Where it leads to
   * another openid, as after a move of the account, times do not tell which of the two is the person's.
   */
  const remember = (unionid: UnionId, row: FollowerRow) => write(unionid, row, copyOf(row), isLaterOfOwn)
  /**
   * The person has another unionid now, and the old one must not lead to them any more. It is dated, also where it led to
   * nobody: a process that is late may be about to write what was before.
   */
  const forget = (unionid: UnionId, row: FollowerRow) => write(unionid, row, datesOf(row), isLaterOfOwnOrNobody)
  /** Both once more, where what stands there is not what was to be written; false if the unionid leads to another openid. */
  const again = async (row: FollowerRow, found: LinkRows): Promise<boolean> => {
    const { unionid, formerly = [], openid } = row
    const sideOf = (it: UnionId) => found.get(keyOf({ unionid: it }))?.followers.get(official)
    for (const former of formerly) {
      const side = sideOf(former)
      if (side?.at === undefined || side.openid === openid) await forget(former, row)
    }
    if (unionid === undefined || isCopy(row, sideOf(unionid))) return true
    return [openid, undefined].includes(await settle(unionid, { official, openid }))
  }
  return { remember, forget, again }
}

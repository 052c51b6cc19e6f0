/** The conditions under which the rows of a person are removed (the rows: link-rows.ts). */

import type { OpenId } from '../../identifiers.ts'
import { bothOf, type Condition } from './dynamo.ts'

/** The row of a unionid has two sides: its follower and its login. */
export type Removal = {
  readonly follower: Condition
  readonly mini: Condition
  readonly unionFollower: Condition
  readonly unionLogin: Condition
  /** Set if the follower is kept when somebody logged in with the unionid at this time (ms) or later. */
  readonly backAt?: number
}

/** Follower fields and login fields of a unionid's row. */
export const followerFields = ['openid', 'following', 'followedAt', 'at', 'turn']
export const loginFields = ['miniOpenid', 'loginAt']

export const always: Condition = { condition: 'attribute_exists(#address)', values: {} }

/**
 * Everything about a person except what they did after `at` (seconds): followed again, or logged in again (ms). A
 * person who logged in again keeps their follower row, because somebody who still follows cannot follow again.
 */
export function erasureUntil(at: number): Removal {
  const backAt = (at + 1) * 1000
  const followed = { condition: 'attribute_not_exists(#followedAt) OR #followedAt <= :until', values: { until: at } }
  const before = (field: string) => ({
    condition: `attribute_not_exists(#${field}) OR #${field} < :untilMs`,
    values: { untilMs: backAt },
  })
  const unionLogin = before('loginAt')
  return { follower: followed, unionFollower: bothOf(followed, unionLogin), mini: before('at'), unionLogin, backAt }
}

/** Everything about a person who left up to `at` (seconds) and has not come back, whenever they logged in. */
export function expiryOf(openid: OpenId, at: number): Removal {
  const left = '#following = :following AND #at <= :until'
  const values = { following: false, until: at }
  return {
    follower: { condition: left, values },
    // The unionid may point to another openid by now.
    unionFollower: {
      condition: `attribute_not_exists(#openid) OR (#openid = :openid AND ${left})`,
      values: { ...values, openid },
    },
    mini: always,
    unionLogin: always,
  }
}

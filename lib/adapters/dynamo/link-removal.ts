/** What has to hold of each row of a person for it to be removed (the rows: link-rows.ts), and of each side of a unionid's. */

import type { AppId, OfficialAppId, OpenId } from '../../identifiers.ts'
import type { Condition } from './dynamo.ts'
import { type FollowerSide, lastLogin, type Sides } from './link-sides.ts'

export type Removal = {
  readonly follower: Condition
  readonly mini: Condition
  /** The sides of a unionid's row that go, by what it says as a whole. */
  goneOf(sides: Sides): AppId[]
  /** Whether by this row of their unionid a follower is to stay. */
  isBack(sides: Sides): boolean
}

export const always: Condition = { condition: 'attribute_exists(#address)', values: {} }

/**
 * All of a person but what they did after `at` (seconds): followed again, or logged in again (in ms). Who logged in again,
 * to whichever mini program, is a follower as they were: one who follows all along cannot follow anew.
 */
export function erasureUntil(at: number): Removal {
  const backAt = (at + 1) * 1000
  const isBack = (sides: Sides) => (lastLogin(sides) ?? 0) >= backAt
  return {
    isBack,
    follower: { condition: 'attribute_not_exists(#followedAt) OR #followedAt <= :until', values: { until: at } },
    mini: { condition: 'attribute_not_exists(#at) OR #at < :untilMs', values: { untilMs: backAt } },
    goneOf(sides) {
      const isKept = isBack(sides)
      const isBefore = (it: FollowerSide) => !isKept && (it.followedAt ?? 0) <= at
      return [
        ...appidsOf(sides.followers, it => it.isUnreadable === true || isBefore(it)),
        ...appidsOf(sides.logins, it => it.isUnreadable === true || (it.at ?? 0) < backAt),
      ]
    },
  }
}

type Leaver = { readonly official: OfficialAppId; readonly openid: OpenId }

/** All of who left an account up to `at` (seconds) and has not come back, whenever they logged in. */
export function expiryOf({ official, openid }: Leaver, at: number): Removal {
  const values = { following: false, until: at }
  const isGone = (it: FollowerSide) => {
    const hasLeft = it.following === false && (it.at ?? 0) <= at
    // The unionid may lead to another openid by now.
    return it.openid === undefined || (it.openid === openid && hasLeft)
  }
  return {
    isBack: () => false,
    follower: { condition: '#following = :following AND #at <= :until', values },
    mini: always,
    goneOf({ followers, logins }) {
      const own = followers.get(official)
      return own === undefined || isGone(own) ? [...followers.keys(), ...logins.keys()] : []
    },
  }
}

function appidsOf<K, T>(sides: ReadonlyMap<K, T>, isGone: (side: T) => boolean): K[] {
  return [...sides].flatMap(([appid, side]) => (isGone(side) ? [appid] : []))
}

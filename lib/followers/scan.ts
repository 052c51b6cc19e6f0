/** Whether a scan joins a follower to a user of a mini program: the rules, free of any store. */

import type { MiniAppId, MiniOpenId, OfficialAppId, OpenId, UnionId } from '../identifiers.ts'

/** A user as their mini program knows them. */
export type MiniUser = { readonly mini: MiniAppId; readonly miniOpenid: MiniOpenId }

/** A follower and a user who are one person because the one scanned the other's code. */
export type ScanLink = MiniUser & { readonly official: OfficialAppId; readonly openid: OpenId }

/** What the rows of both say; `scanAt` is when the one that each leads to now was scanned, if it is another. */
export type ScanSides = {
  readonly follower:
    | {
        readonly following: boolean
        readonly followedAt?: number
        readonly unionid?: UnionId
        readonly scanAt?: number
      }
    | undefined
  readonly user: { readonly unionid?: UnionId; readonly scanAt?: number } | undefined
}

/**
 * `join` them; or leave them apart: they do not follow, or followed anew since; nobody logged in as this user; unionids say
 * that they are two people, or join them anyway; or either has scanned another code since.
 */
export type ScanVerdict = 'join' | 'not-following' | 'no-such-user' | 'other-unionid' | 'same-unionid' | 'superseded'

/** The time of a follow and that of its event may differ by so much. */
const slackSeconds = 10

/** Judges a scan at an instant (seconds, WeChat's clock). */
export function judgeScan({ follower, user }: ScanSides, at: number): ScanVerdict {
  if (follower === undefined || !followsBy(follower, at)) return 'not-following'
  if (user === undefined) return 'no-such-user'
  if (isOtherPerson(user.unionid, follower.unionid)) return 'other-unionid'
  if (user.unionid !== undefined && user.unionid === follower.unionid) return 'same-unionid'
  return Math.max(follower.scanAt ?? 0, user.scanAt ?? 0) > at ? 'superseded' : 'join'
}

/** Whoever left after the scan, which ended it, may have come back without one. */
function followsBy({ following, followedAt = 0 }: NonNullable<ScanSides['follower']>, at: number): boolean {
  return following && followedAt <= at + slackSeconds
}

/** Only two unionids that are known tell two people apart. */
export function isOtherPerson(one: UnionId | undefined, other: UnionId | undefined): boolean {
  return one !== undefined && other !== undefined && one !== other
}

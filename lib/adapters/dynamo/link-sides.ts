/**
 * The row of a unionid: `unionid#…` with one attribute for each app, of its appid's name, and `version`.
 *
 * An Official Account's side is `{openid?, following?, followedAt?, at, turn?}`, a copy of the row of an openid; with no
 * openid it says that the unionid led to somebody until `at`. A mini program's side is `{miniOpenid, at}`, its last login.
 *
 * An app writes its side whole, on a condition on that side alone. Each write brings a new version; what takes sides away
 * demands the version that it read, so that the row goes with the last side and never with one that is new.
 */

import { randomBytes } from 'node:crypto'

import * as v from 'valibot'

import type { FollowerRow } from '../../followers/link.ts'
import {
  type AppId,
  isAppId,
  isId,
  type MiniAppId,
  type MiniOpenId,
  type OfficialAppId,
  type OpenId,
  type UnionId,
} from '../../identifiers.ts'
import { type Change, type Condition, change, type Dynamo, removeIf } from './dynamo.ts'
import { type Item, readFields, type Spoilt } from './link-fields.ts'

const instant = v.exactOptional(v.number())
const followerFields = v.object({
  openid: v.exactOptional(v.custom<OpenId>(isId)),
  following: v.exactOptional(v.boolean()),
  followedAt: instant,
  at: instant,
  turn: instant,
})
const loginFields = v.object({ miniOpenid: v.exactOptional(v.custom<MiniOpenId>(isId)), at: instant })

export type FollowerSide = v.InferOutput<typeof followerFields> & Spoilt
type LoginSide = v.InferOutput<typeof loginFields> & Spoilt
export type Sides = {
  readonly followers: ReadonlyMap<OfficialAppId, FollowerSide>
  readonly logins: ReadonlyMap<MiniAppId, LoginSide>
  readonly version?: unknown
}
type SidedRow = Sides & { readonly address: string }

/** Reads the sides of a row; one that cannot be read spoils no other. Also those of an app that the stage has no more. */
export function sidesOf(item: Item): Sides {
  const followers = new Map<OfficialAppId, FollowerSide>()
  const logins = new Map<MiniAppId, LoginSide>()
  for (const [appid, side] of Object.entries(item)) {
    if (!isAppId(appid)) continue
    if (isLogin(side)) logins.set(appid, loginOf(side))
    else followers.set(appid, followerOf(side))
  }
  return { followers, logins, version: item.version }
}

function isItem(it: unknown): it is Item {
  return typeof it === 'object' && it !== null
}

function isLogin(side: unknown): side is Item {
  return isItem(side) && 'miniOpenid' in side
}

function loginOf(side: Item): LoginSide {
  const login = readFields(loginFields, side)
  return login.at === undefined ? { ...login, isUnreadable: true } : login
}

function followerOf(side: unknown): FollowerSide {
  const follower: FollowerSide = readFields(followerFields, isItem(side) ? side : {})
  return follower.at === undefined ? { ...follower, isUnreadable: true } : follower
}

/** What is copied of a follower's row. */
export function copyOf({ openid, following, followedAt, at, turn }: FollowerRow): FollowerSide {
  return {
    openid,
    following,
    ...(followedAt === undefined ? {} : { followedAt }),
    at,
    ...(turn === undefined ? {} : { turn }),
  }
}

/** Of a side that leads to nobody any more. */
export function datesOf({ at, turn }: FollowerRow): FollowerSide {
  return { at, ...(turn === undefined ? {} : { turn }) }
}

/** When (ms) whoever has this unionid last logged in. */
export function lastLogin({ logins }: Sides): number | undefined {
  const at = [...logins.values()].flatMap(it => (it.isUnreadable ? [] : (it.at ?? [])))
  return at.length === 0 ? undefined : Math.max(...at)
}

/** What writes the rows of unionids; declared, so that who only puts needs no right to delete. */
export type Unions = {
  /** Writes one side, on a condition whose fields are those of that side: `#side.#at`. */
  put(unionid: UnionId, appid: AppId, side: FollowerSide | LoginSide, condition: Condition): Promise<boolean>
  /** Takes sides away, and the row with its last; false if it has changed since it was read. */
  drop(row: SidedRow, appids: readonly AppId[]): Promise<boolean>
}

/** Creates it. */
export function createUnions(dynamo: Dynamo, table: string): Unions {
  const update = (address: string, { set, ...how }: Change) =>
    change(dynamo, table, { address }, { set: { ...set, version: newVersion() }, ...how })

  return {
    put(unionid, appid, side, { condition, values }) {
      const how = { condition: condition.replaceAll('#side', `#${appid}`), values }
      return update(`unionid#${unionid}`, { set: { [appid]: { ...side } }, ...how })
    },
    async drop({ address, version, ...row }, appids) {
      if (appids.length === 0) return true
      const asRead = versionIs(version)
      const isEmpty = [...row.followers.keys(), ...row.logins.keys()].every(it => appids.includes(it))
      if (isEmpty) return removeIf(dynamo, table, { address }, asRead)
      return update(address, { set: Object.fromEntries(appids.map(it => [it, undefined])), ...asRead })
    },
  }
}

/** Never the one of before: nothing is done with it but to compare. */
export function newVersion(): string {
  return randomBytes(6).toString('base64url')
}

/** Never of a row that is not there: an update of it would make it. */
export function versionIs(version: unknown): Condition {
  if (version !== undefined) return { condition: '#version = :wasVersion', values: { wasVersion: version } }
  return { condition: 'attribute_exists(#address) AND attribute_not_exists(#version)', values: {} }
}

/** What is true at WeChat: a few people, when they followed, who they are to each app, and what WeChat answers of them. */

import { WeChatError } from '../../lib/errors.ts'
import type { FollowerRow, FollowerSeen } from '../../lib/followers/link.ts'
import type { OfficialAppId, OpenId, UnionId } from '../../lib/identifiers.ts'
import type { FollowerPage, Identity } from '../../lib/ports.ts'
import { id } from '../ids.ts'
import { accounts } from './accounts.ts'

type AnyId = ReturnType<typeof id>
/** From `from` to `to` (ms) somebody followed, by the openid that they had then. */
type Spell = { readonly from: number; to: number; readonly openid: AnyId }
/** A login that began at `from` and whose code was exchanged at `at` (ms). */
export type Login = {
  readonly from: number
  readonly at: number
  readonly unionid: UnionId | undefined
  readonly end: 'answered' | 'lost'
}
/** An erasure request (`at` in seconds), to one of the apps; worked in to its end at `doneAt` (ms). */
export type ErasureRequest = {
  readonly at: number
  readonly app: OfficialAppId | 'mini'
  readonly unionid: UnionId | undefined
  doneAt: number
}

/** Who somebody is in all apps. */
type Human = {
  readonly index: number
  readonly miniOpenid: AnyId
  /** All they ever had; the last one is the present one, if they are bound. */
  readonly unionids: UnionId[]
  isBound: boolean
  readonly logins: Login[]
  readonly requests: ErasureRequest[]
  /** When (ms) it was last said that they left long ago, whichever account. */
  expiredAt: number
  /** What they are to each account. */
  readonly faces: Person[]
}

/** Who somebody is to one account. */
export type Person = {
  readonly human: Human
  readonly official: OfficialAppId
  /** All they ever had; the last one is the present one. */
  readonly openids: AnyId[]
  readonly spells: Spell[]
}

/** What WeChat's pages about followers leave open (docs/wechat.md 5.1). */
export type Rules = {
  readonly pageSize: number
  /** Whether batchget names the unionid of who does not follow. */
  readonly namesLeavers: boolean
  /** Whether a page can begin behind somebody who has left. */
  readonly takesCursorOfLeaver: boolean
}

export type People = ReturnType<typeof openPeople>

/** Opens a WeChat in which so many people live; none of them follows. */
export function openPeople(count: number, now: () => number, rules: Rules) {
  const humans = Array.from({ length: count }, (_, index) => humanOf(index))
  const people = humans.flatMap(it => it.faces)
  let generation = 0
  let moves = 0
  const seconds = () => Math.floor(now() / 1000)
  const peopleOf = (official: OfficialAppId) => people.filter(it => it.official === official)
  const nameOf = (human: Human) => human.unionids.push(id(`union-${human.index}-${generation}`))

  return {
    all: people,
    humans,
    /** The one with this number, counted around the end, as one of the accounts knows them. */
    at(who: number, account = 0): Person {
      const person = humans[who % humans.length]?.faces[account]
      if (person === undefined) throw new Error('nobody lives here')
      return person
    },
    hasMoved: () => generation > 0,
    seconds,
    follow(person: Person) {
      if (!isFollowing(person)) person.spells.push({ from: now(), to: Infinity, openid: openidOf(person) })
    },
    /** The account has moved: its followers are known by other openids, with the same unionids. */
    move(person: Person) {
      this.unfollow(person)
      person.openids.push(id(`${person.openids[0]}-moved-${moves++}`))
      this.follow(person)
    },
    unfollow(person: Person) {
      const last = person.spells.at(-1)
      if (last !== undefined) last.to = Math.min(last.to, now())
    },
    bind({ human }: Person) {
      if (human.isBound) return
      human.isBound = true
      nameOf(human)
    },
    /** The apps move to another Open Platform account: everybody who has a unionid gets another one. */
    rebind() {
      generation += 1
      for (const human of humans) if (human.isBound) nameOf(human)
    },
    page(official: OfficialAppId, after: OpenId | undefined): FollowerPage {
      const own = peopleOf(official)
      const followers = own.filter(isFollowing)
      const cursor = own.findIndex(it => it.openids.some(openid => openid === after))
      const leaver = cursor >= 0 && !rules.takesCursorOfLeaver && !followers.some(it => openidOf(it) === after)
      if (leaver) throw new WeChatError('user/get', 40003, 'invalid openid')
      const openids = followers
        .filter(it => it.human.index > cursor)
        .slice(0, rules.pageSize)
        .map(openidOf)
      const next = openids.at(-1)
      return { openids, odd: 0, total: followers.length, at: seconds(), ...(next === undefined ? {} : { next }) }
    },
    /** One openid that is nobody's any more, or another account's, fails them all. */
    infos(official: OfficialAppId, openids: readonly OpenId[]): FollowerSeen[] {
      const known = peopleOf(official).filter(it => openids.includes(openidOf(it)))
      if (known.length < openids.length) throw new WeChatError('user/info/batchget', 40003, 'invalid openid')
      return known.map(it => infoOf(it, seconds(), rules))
    },
    exchange(person: Person): Identity {
      const unionid = unionidOf(person)
      return { miniOpenid: person.human.miniOpenid, ...(unionid === undefined ? {} : { unionid }) }
    },
  }
}

/** The openid by which WeChat knows them now. */
export function openidOf({ openids }: Person): AnyId {
  return openids.at(-1) ?? id('nobody')
}

/** The unionid that they have now. */
export function unionidOf({ human: { isBound, unionids } }: Person): UnionId | undefined {
  return isBound ? unionids.at(-1) : undefined
}

export function isFollowing({ spells }: Person): boolean {
  return spells.at(-1)?.to === Infinity
}

/** The second of their last follow. */
export function followedAtOf({ spells }: Person): number | undefined {
  const last = spells.at(-1)
  return last === undefined ? undefined : Math.floor(last.from / 1000)
}

/** Whether they followed, or did not, by this openid at some instant since `from` (ms). */
export function wasSince(person: Person, { openid, following, at }: FollowerRow): boolean {
  const from = at * 1000
  const spells = person.spells.filter(it => it.openid === openid)
  if (following) return spells.some(it => it.to > from)
  const last = spells.at(-1)
  return last === undefined || last.to !== Infinity || last.from >= from
}

function humanOf(index: number): Human {
  const miniOpenid = id(`mini-${index}`)
  const faces: Person[] = []
  const human = { index, miniOpenid, unionids: [], isBound: false, logins: [], requests: [], expiredAt: 0, faces }
  for (const [account, { appid }] of accounts.entries()) {
    const openid = id(account === 0 ? `person-${index}` : `person-${index}-at-${account}`)
    faces.push({ human, official: appid, openids: [openid], spells: [] })
  }
  return human
}

function infoOf(person: Person, at: number, { namesLeavers }: Rules): FollowerSeen {
  const [following, followedAt, unionid] = [isFollowing(person), followedAtOf(person), unionidOf(person)]
  return {
    openid: openidOf(person),
    following,
    at,
    ...(unionid !== undefined && (following || namesLeavers) ? { unionid } : {}),
    ...(following && followedAt !== undefined ? { followedAt } : {}),
  }
}

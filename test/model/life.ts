/** What people do at WeChat, and what it tells us of that. */

import { silentLog as log, silentMetrics } from '../../kit/silent.ts'
import { findAppById } from '../../lib/apps.ts'
import { handleEvent } from '../../lib/callback/callback.ts'
import type { WeChatEvent } from '../../lib/callback/push.ts'
import type { AppId } from '../../lib/identifiers.ts'
import { apps, shop } from './accounts.ts'
import type { Judge } from './judge.ts'
import { isFollowing, openidOf, type People, type Person, unionidOf } from './people.ts'
import type { MessageQueue } from './queue.ts'

export type Told = 'once' | 'twice' | 'never'
type How = 'revoke' | 'revoke-mini' | 'cancel'
/** Of the first where none is said. */
type OfAccount = { readonly account?: number }
/** What people do. */
export type Happening =
  | ({ readonly do: 'follow' | 'unfollow' | 'move'; readonly who: number; readonly told: Told } & OfAccount)
  | { readonly do: 'bind'; readonly who: number }
  | { readonly do: 'rebind' }
  | ({ readonly do: 'forget'; readonly who: number; readonly how: How; readonly told: Told } & OfAccount)

/** Opens the life of these people; events go into the queue. */
export function openLife(people: People, queue: MessageQueue, { see }: Pick<Judge, 'see'>) {
  const tell = async (appid: AppId, event: WeChatEvent, told: Told) => {
    const push = async (bodies: readonly unknown[]) => queue.put(bodies)
    const app = findAppById(apps, appid) ?? shop
    const deps = { app, apps, followers: { push }, log, metrics: silentMetrics }
    const times = { never: 0, once: 1, twice: 2 }[told]
    for (let time = 0; time < times; time++) await handleEvent(event, deps)
  }
  const follow = (person: Person, told: Told) => {
    if (isFollowing(person)) return
    see(told === 'never' ? 'follows unseen' : 'follows')
    if (person.human.faces.some(it => it !== person && isFollowing(it))) see('follows of a second account')
    people.follow(person)
    return tell(person.official, { kind: 'follow', openid: openidOf(person), at: people.seconds() }, told)
  }
  const unfollow = (person: Person, told: Told) => {
    if (!isFollowing(person)) return
    see(told === 'never' ? 'leavings unseen' : 'leavings')
    people.unfollow(person)
    return tell(person.official, { kind: 'unfollow', openid: openidOf(person), at: people.seconds() }, told)
  }
  /** Only the end of the old openid is told: the new one is in the list. */
  const move = (person: Person, told: Told) => {
    // An erasure request is one by an openid, and by another one a person would be somebody else.
    if (!isFollowing(person) || person.human.requests.length > 0) return
    see('moves of the account')
    const openid = openidOf(person)
    people.move(person)
    return tell(person.official, { kind: 'unfollow', openid, at: people.seconds() }, told)
  }
  const forget = (person: Person, how: How, told: Told) => {
    see('erasure requests')
    const [isMini, unionid, at] = [how === 'revoke-mini', unionidOf(person), people.seconds()]
    const app = isMini ? 'mini' : person.official
    person.human.requests.push({ at, app, unionid, doneAt: Infinity })
    if (how === 'cancel') people.unfollow(person)
    const [appid, openid] = isMini ? [shop.appid, person.human.miniOpenid] : [person.official, openidOf(person)]
    return tell(appid, { kind: 'erase', openid, at, ...(unionid === undefined ? {} : { unionid }) }, told)
  }
  const bind = (person: Person) => {
    if (!person.human.isBound) see('unionids found late')
    people.bind(person)
  }
  const rebind = () => {
    see('moves to another Open Platform account')
    people.rebind()
  }

  return (it: Happening): unknown => {
    switch (it.do) {
      case 'follow':
        return follow(people.at(it.who, it.account), it.told)
      case 'unfollow':
        return unfollow(people.at(it.who, it.account), it.told)
      case 'move':
        return move(people.at(it.who, it.account), it.told)
      case 'bind':
        return bind(people.at(it.who))
      case 'rebind':
        return rebind()
      case 'forget':
        return forget(people.at(it.who, it.account), it.how, it.told)
    }
  }
}

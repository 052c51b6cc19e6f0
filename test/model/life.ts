/** What people do at WeChat, and what it tells us of that. */

import { silentLog as log } from '../../kit/silent.ts'
import { handleEvent } from '../../lib/callback/callback.ts'
import type { WeChatEvent } from '../../lib/callback/push.ts'
import { miniAppid, officialAppid } from '../ids.ts'
import type { Judge } from './judge.ts'
import { isFollowing, openidOf, type People, type Person, unionidOf } from './people.ts'
import type { MessageQueue } from './queue.ts'

export type Told = 'once' | 'twice' | 'never'
type How = 'revoke' | 'revoke-mini' | 'cancel'
/** What people do. */
export type Happening =
  | { readonly do: 'follow' | 'unfollow' | 'move'; readonly who: number; readonly told: Told }
  | { readonly do: 'bind'; readonly who: number }
  | { readonly do: 'rebind' }
  | { readonly do: 'forget'; readonly who: number; readonly how: How; readonly told: Told }

/** Opens the life of these people; events go into the queue. */
export function openLife(people: People, queue: MessageQueue, { see }: Pick<Judge, 'see'>) {
  const tell = async (event: WeChatEvent, told: Told) => {
    const push = async (bodies: readonly unknown[]) => queue.put(bodies)
    const deps = { appid: officialAppid, followers: { push }, receipts: { push }, log }
    const times = { never: 0, once: 1, twice: 2 }[told]
    for (let time = 0; time < times; time++) await handleEvent(event, deps)
  }
  const follow = (person: Person, told: Told) => {
    if (isFollowing(person)) return
    see(told === 'never' ? 'follows unseen' : 'follows')
    people.follow(person)
    return tell({ kind: 'follow', openid: openidOf(person), at: people.seconds() }, told)
  }
  const unfollow = (person: Person, told: Told) => {
    if (!isFollowing(person)) return
    see(told === 'never' ? 'leavings unseen' : 'leavings')
    people.unfollow(person)
    return tell({ kind: 'unfollow', openid: openidOf(person), at: people.seconds() }, told)
  }
  /** Only the end of the old openid is told: the new one is in the list. */
  const move = (person: Person, told: Told) => {
    // An erasure request is one by an openid, and by another one a person would be somebody else.
    if (!isFollowing(person) || person.requests.length > 0) return
    see('moves of the account')
    const openid = openidOf(person)
    people.move(person)
    return tell({ kind: 'unfollow', openid, at: people.seconds() }, told)
  }
  const forget = (person: Person, how: How, told: Told) => {
    see('erasure requests')
    const [isMini, unionid, at] = [how === 'revoke-mini', unionidOf(person), people.seconds()]
    person.requests.push({ at, app: isMini ? 'mini' : 'official', unionid, doneAt: Infinity })
    if (how === 'cancel') people.unfollow(person)
    const [appid, openid] = isMini ? [miniAppid, person.miniOpenid] : [officialAppid, openidOf(person)]
    return tell({ kind: 'erase', appid, openid, at, ...(unionid === undefined ? {} : { unionid }) }, told)
  }
  const bind = (person: Person) => {
    if (!person.isBound) see('unionids found late')
    people.bind(person)
  }
  const rebind = () => {
    see('moves to another Open Platform account')
    people.rebind()
  }

  return (it: Happening): unknown => {
    switch (it.do) {
      case 'follow':
        return follow(people.at(it.who), it.told)
      case 'unfollow':
        return unfollow(people.at(it.who), it.told)
      case 'move':
        return move(people.at(it.who), it.told)
      case 'bind':
        return bind(people.at(it.who))
      case 'rebind':
        return rebind()
      case 'forget':
        return forget(people.at(it.who), it.how, it.told)
    }
  }
}

/** What people do that is pushed to Official Accounts as an event. */
import type { OfficialAccount } from '../app.ts'
import { describePerson } from './describe-person.ts'
import type { Input } from './input.ts'
import type { ControlCall, ControlRoute } from './route.ts'
import { officialNamed } from './which-app.ts'

/** Routes about following. */
export const followingRoutes: readonly ControlRoute[] = [
  { method: 'POST', path: '/people/:id/follow', run: follow },
  { method: 'POST', path: '/people/:id/unfollow', run: unfollow },
  { method: 'POST', path: '/people/:id/revoke', run: revoke },
  { method: 'POST', path: '/people/:id/cancel', run: cancel },
]

type News = { person: number; event: string; fields: Record<string, string> }

function follow({ box, person, input }: ControlCall) {
  const account = officialNamed(box, input.text('app'))
  const scene = input.text('scene', 64)
  account.followers.follow(person, box.clock.seconds())
  if (scene !== undefined) {
    account.marks.set(person, { scene })
    box.profiles.set(person, {})
  }
  const ticket = { EventKey: `qrscene_${scene}`, Ticket: 'gQBoxTicket' }
  const news = { person, event: 'subscribe', fields: scene === undefined ? { EventKey: '' } : ticket }
  return { ...describePerson(box, person), event: tell(account, input, news) }
}

function unfollow({ box, person, input }: ControlCall) {
  const account = officialNamed(box, input.text('app'))
  account.followers.unfollow(person)
  const event = tell(account, input, { person, event: 'unsubscribe', fields: { EventKey: '' } })
  return { ...describePerson(box, person), event }
}

function revoke({ box, person, input }: ControlCall) {
  const account = officialNamed(box, input.text('app'))
  const fields = { ...authorization(account, person), RevokeInfo: input.text('info', 16) ?? '6' }
  const event = tell(account, input, { person, event: 'user_authorization_revoke', fields })
  return { ...describePerson(box, person), event }
}

/** A person closes their WeChat account: all follows end, and only the cancellation event says so. */
function cancel({ box, person, input }: ControlCall) {
  const { official } = box.apps
  const others = box.apps.officialAccounts().filter(app => app !== official && app.followers.isFollowing(person))
  const [event] = [official, ...others].map(account => closeFor(account, person, input))
  return { ...describePerson(box, person), event }
}

function closeFor(account: OfficialAccount, person: number, input: Input): string | undefined {
  account.followers.unfollow(person)
  const fields = authorization(account, person)
  return tell(account, input, { person, event: 'user_authorization_cancellation', fields })
}

/** Pushes an event to the account, unless `silent` is set; returns the event's id. */
function tell({ ids, callbacks }: OfficialAccount, input: Input, { person, ...news }: News): string | undefined {
  return input.flag('silent') === true ? undefined : callbacks.emit({ openid: ids.openid(person), ...news })
}

function authorization({ ids, appid }: OfficialAccount, person: number): Record<string, string> {
  const unionid = ids.unionid(person)
  const known = { OpenID: ids.openid(person), AppID: appid }
  return unionid === undefined ? known : { ...known, UnionID: unionid }
}

/** People: creating them, and what they do with their phones. */
import type { Box } from '../box.ts'
import { maxPeople } from '../people.ts'
import { blockings } from '../profiles.ts'
import { ControlError, type Input } from './input.ts'
import type { ControlCall, ControlRoute } from './route.ts'

/** Routes about people. */
export const peopleRoutes: readonly ControlRoute[] = [
  { method: 'POST', path: '/people', run: create },
  { method: 'GET', path: '/people', run: ({ box, query }) => describePerson(box, findPerson(box, query)) },
  { method: 'POST', path: '/people/change', run: changeMany },
  { method: 'GET', path: '/people/:id', run: ({ box, person }) => describePerson(box, person) },
  { method: 'POST', path: '/people/:id/follow', run: follow },
  { method: 'POST', path: '/people/:id/unfollow', run: unfollow },
  { method: 'POST', path: '/people/:id/bind', run: bind },
  { method: 'POST', path: '/people/:id/login', run: ({ box, person }) => ({ code: box.logins.start(person) }) },
  { method: 'POST', path: '/people/:id/block', run: block },
  { method: 'POST', path: '/people/:id/risk', run: setRisk },
  { method: 'POST', path: '/people/:id/revoke', run: revoke },
  { method: 'POST', path: '/people/:id/cancel', run: cancel },
]

/** One person as the control API shows them. */
export function describePerson(box: Box, person: number) {
  const { people, profiles } = box
  const { name, blocking, highRisk, remark } = profiles.get(person)
  return {
    id: person,
    name,
    openid: people.openid(person),
    miniOpenid: people.miniOpenid(person),
    unionid: people.unionid(person),
    following: people.isFollowing(person),
    subscribeTime: people.subscribeTime(person) || undefined,
    blocking,
    highRisk,
    remark,
  }
}

/** Without `count` creates one person with a phone on the page; with it that many, silently and without phones. */
function create({ box, input }: ControlCall) {
  const traits = {
    unionid: input.flag('unionid') ?? true,
    following: input.flag('following') ?? false,
    at: box.clock.seconds(),
  }
  const count = input.integer('count', maxPeople - box.people.size(), 1)
  if (count !== undefined) return { first: box.people.add(count, traits), count }
  if (box.people.size() >= maxPeople) throw new ControlError(`there are ${maxPeople} people already`)
  const name = input.text('name', 64)
  const person = box.people.add(1, traits)
  box.profiles.set(person, { name: name ?? `用户 ${person}` })
  return describePerson(box, person)
}

function findPerson(box: Box, query: URLSearchParams): number {
  const { byOpenid, byMiniOpenid, byUnionid } = box.people
  const ids = ['openid', 'miniOpenid', 'unionid'].map(name => query.get(name))
  const person = byOpenid(ids[0]) ?? byMiniOpenid(ids[1]) ?? byUnionid(ids[2])
  if (person === undefined) throw new ControlError('ask with ?openid=, ?miniOpenid= or ?unionid= of somebody here', 404)
  return person
}

/** Changes many people at once and silently, as if their events had been lost. */
function changeMany({ box, input }: ControlCall) {
  const first = input.integer('first', box.people.size()) ?? 0
  const count = input.required('count', input.integer('count', box.people.size() - first))
  const [following, unionid, at] = [input.flag('following'), input.flag('unionid'), box.clock.seconds()]
  if (unionid === false) throw new ControlError('a unionid cannot be taken away')
  for (let person = first; person < first + count; person += 1) {
    if (following === true) box.people.follow(person, at)
    if (following === false) box.people.unfollow(person)
    if (unionid === true) box.people.giveUnionid(person)
  }
  return { first, count }
}

function follow({ box, person, input }: ControlCall) {
  const scene = input.text('scene', 64)
  box.people.follow(person, box.clock.seconds())
  if (scene !== undefined) box.profiles.set(person, { scene })
  const ticket = { EventKey: `qrscene_${scene}`, Ticket: 'gQBoxTicket' }
  return tell(box, input, { person, event: 'subscribe', fields: scene === undefined ? { EventKey: '' } : ticket })
}

function unfollow({ box, person, input }: ControlCall) {
  box.people.unfollow(person)
  return tell(box, input, { person, event: 'unsubscribe', fields: { EventKey: '' } })
}

function tell(box: Box, input: Input, news: { person: number; event: string; fields: Record<string, string> }) {
  const openid = box.people.openid(news.person)
  const silent = input.flag('silent') ?? false
  const event = silent
    ? undefined
    : box.apps.official.callbacks.emit({ openid, event: news.event, fields: news.fields })
  return { ...describePerson(box, news.person), event }
}

function bind({ box, person }: ControlCall) {
  box.people.giveUnionid(person)
  return describePerson(box, person)
}

function block({ box, person, input }: ControlCall) {
  box.profiles.set(person, { blocking: input.choice('how', blockings) ?? 'receipt' })
  return describePerson(box, person)
}

function setRisk({ box, person, input }: ControlCall) {
  box.profiles.set(person, { highRisk: input.flag('on') ?? true })
  return describePerson(box, person)
}

function revoke({ box, person, input }: ControlCall) {
  const fields = { ...authorization(box, person), RevokeInfo: input.text('info', 16) ?? '6' }
  return tell(box, input, { person, event: 'user_authorization_revoke', fields })
}

/** A person closes their WeChat account: all follows end, and only the cancellation event says so. */
function cancel({ box, person, input }: ControlCall) {
  box.people.unfollow(person)
  const fields = authorization(box, person)
  return tell(box, input, { person, event: 'user_authorization_cancellation', fields })
}

function authorization(box: Box, person: number): Record<string, string> {
  const unionid = box.people.unionid(person)
  const ids = { OpenID: box.people.openid(person), AppID: box.apps.official.appid }
  return unionid === undefined ? ids : { ...ids, UnionID: unionid }
}

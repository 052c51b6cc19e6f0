/** People: creating them, finding them, and what they do with their phones. */
import type { OfficialAccount } from '../app.ts'
import type { Box } from '../box.ts'
import { blockings } from '../marks.ts'
import { maxPeople } from '../population.ts'
import { describePerson } from './describe-person.ts'
import { ControlError, type Input, isTexts } from './input.ts'
import type { ControlCall, ControlRoute } from './route.ts'
import { appNamed, miniNamed, officialNamed } from './which-app.ts'

/** Routes about people. */
export const peopleRoutes: readonly ControlRoute[] = [
  { method: 'POST', path: '/people', run: create },
  { method: 'GET', path: '/people', run: ({ box, query }) => describePerson(box, findPerson(box, query)) },
  { method: 'POST', path: '/people/change', run: changeMany },
  { method: 'GET', path: '/people/:id', run: ({ box, person }) => describePerson(box, person) },
  { method: 'POST', path: '/people/:id/bind', run: bind },
  { method: 'POST', path: '/people/:id/login', run: logIn },
  { method: 'POST', path: '/people/:id/block', run: block },
  { method: 'POST', path: '/people/:id/risk', run: setRisk },
]

/** Without `count` creates one person with a phone on the page; with it that many, silently and without phones. */
function create({ box, input }: ControlCall) {
  const unionid = input.flag('unionid') ?? true
  const followed = readFollowed(box, input)
  const count = input.integer('count', maxPeople - box.people.size(), 1)
  if (count === undefined && box.people.size() >= maxPeople)
    throw new ControlError(`there are ${maxPeople} people already`)
  const name = input.text('name', 64)
  const first = box.people.add(count ?? 1, { unionid })
  for (const { followers } of followed) followers.addNew(first, count ?? 1, box.clock.seconds())
  if (count !== undefined) return { first, count }
  box.profiles.set(first, { name: name ?? `用户 ${first}` })
  return describePerson(box, first)
}

/** The accounts that new people follow: none, the first Official Account, or a list of names. */
function readFollowed(box: Box, input: Input): ReadonlySet<OfficialAccount> {
  const following = input.get('following')
  if (isTexts(following)) return new Set(following.map(name => officialNamed(box, name)))
  return new Set(input.flag('following') === true ? [box.apps.official] : [])
}

function findPerson(box: Box, query: URLSearchParams): number {
  const [openid, miniOpenid, unionid] = ['openid', 'miniOpenid', 'unionid'].map(name => query.get(name))
  const { ids } = appNamed(box, query.get('app') ?? box.apps.official.name)
  const person = ids.byOpenid(openid) ?? box.apps.mini.ids.byOpenid(miniOpenid) ?? ids.byUnionid(unionid)
  if (person === undefined) throw new ControlError('ask with ?openid=, ?miniOpenid= or ?unionid= of somebody here', 404)
  return person
}

/** Changes many people at once and silently, as if their events had been lost. */
function changeMany({ box, input }: ControlCall) {
  const first = input.integer('first', box.people.size()) ?? 0
  const count = input.required('count', input.integer('count', box.people.size() - first))
  const { followers } = officialNamed(box, input.text('app'))
  const [following, unionid, at] = [input.flag('following'), input.flag('unionid'), box.clock.seconds()]
  if (unionid === false) throw new ControlError('a unionid cannot be taken away')
  for (let person = first; person < first + count; person += 1) {
    if (following === true) followers.follow(person, at)
    if (following === false) followers.unfollow(person)
    if (unionid === true) box.people.giveUnionid(person)
  }
  return { first, count }
}

function bind({ box, person }: ControlCall) {
  box.people.giveUnionid(person)
  return describePerson(box, person)
}

function logIn({ box, person, input }: ControlCall) {
  return { code: miniNamed(box, input.text('app')).logins.start(person) }
}

function block({ box, person, input }: ControlCall) {
  const account = officialNamed(box, input.text('app'))
  account.marks.set(person, { blocking: input.choice('how', blockings) ?? 'receipt' })
  return describePerson(box, shown(box, person))
}

/** Gives the person a phone on the phone page. */
function shown(box: Box, person: number): number {
  box.profiles.set(person, {})
  return person
}

function setRisk({ box, person, input }: ControlCall) {
  box.profiles.set(person, { highRisk: input.flag('on') ?? true })
  return describePerson(box, person)
}

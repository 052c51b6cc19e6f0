/** Tells a business system whether a person can be reached, and what would change it: by one Official Account, or by all. */

import { type AppName, type Apps, findMini, findOfficial, type MiniProgram, type OfficialAccount } from '../apps.ts'
import { RequestError } from '../errors.ts'
import { type Address, isId } from '../identifiers.ts'
import { type FoundPerson, hintOf, type Person, personIn, type Reach, reachOf, readable } from './link.ts'
import type { LinkStore } from './ports.ts'

/** `official` is the account that is to reach the person; `isAll` asks for the others too. */
export type ReachQuestion = {
  readonly address: Address
  readonly official: OfficialAccount
  readonly isAll: boolean
}
/** `linkedBy` is there where no unionid leads to the follower, but a scan of their follow code. */
type Reachable = { readonly reach: Reach; readonly hint?: string; readonly linkedBy?: 'scan' }
type AccountReach = Reachable & { readonly official: AppName; readonly followedAt?: string }
export type ReachAnswer = Reachable & { readonly all?: readonly (AccountReach | Unreadable)[] }
type Unreadable = { readonly official: AppName; readonly reach: 'unreadable' }

export type ReachDeps = { readonly links: Pick<LinkStore, 'resolve'>; readonly apps: Apps }
type Query = Readonly<Record<string, string | undefined>>

const wanted =
  'Ask with exactly one of ?unionid=, ?miniOpenid= and ?openid=, perhaps with &official= and &mini=, names of apps, and &all.'

/**
 * Reads the query; throws RequestError `address-invalid` or `app-invalid`.
 *
 * `openid` is the one at the Official Account `official`, `miniOpenid` the one at the mini program `mini`. By a miniOpenid
 * the account is asked that the mini program's users are to follow, where none is named.
 */
export function parseReach(query: Query, apps: Apps): ReachQuestion {
  const { official: name, mini: miniName, all = '', ...ids } = query
  const [kind, ...others] = Object.keys(ids)
  const isMini = kind === 'miniOpenid'
  if (others.length > 0 || all !== '' || ('mini' in query && !isMini)) throw invalid()
  const mini = findMini(apps, miniName)
  const official = name === undefined && isMini ? mini?.follows : findOfficial(apps, name)
  if (official === undefined || mini === undefined) throw unknownApp(apps)
  return { address: addressOf(ids, { official, mini }), official, isAll: 'all' in query }
}

function addressOf(
  { unionid, miniOpenid, openid }: Query,
  { official, mini }: { readonly official: OfficialAccount; readonly mini: MiniProgram },
): Address {
  if (isId(unionid)) return { unionid }
  if (isId(miniOpenid)) return { mini: mini.appid, miniOpenid }
  if (isId(openid)) return { official: official.appid, openid }
  throw invalid()
}

function invalid(): RequestError {
  return new RequestError('address-invalid', 400, wanted)
}

function unknownApp({ officials, minis }: Apps): RequestError {
  const [accounts, programs] = [officials, minis].map(list => list.map(it => it.name).join(', '))
  return new RequestError('app-invalid', 400, `?official= is one of ${accounts}; ?mini= one of ${programs}.`)
}

/** Looks one person up; throws where what the account has stored of them cannot be read. */
export async function getReach({ address, official, isAll }: ReachQuestion, deps: ReachDeps): Promise<ReachAnswer> {
  const [found] = await deps.links.resolve([address], ...(isAll ? ['everywhere' as const] : []))
  const { officials } = deps.apps
  const hinted = ({ name }: OfficialAccount) => (officials.length > 1 ? name : undefined)
  const answer = reachable(readable(personIn(found, official.appid)), hinted(official))
  return isAll ? { ...answer, all: officials.map(it => reachAt(it, found, hinted(it))) } : answer
}

function reachable(person: Person, account?: AppName): Reachable {
  const reach = reachOf(person)
  const hint = hintOf(reach, account)
  return { reach, ...(hint === undefined ? {} : { hint }), ...(person.isByScan ? { linkedBy: 'scan' } : {}) }
}

function reachAt(
  { name, appid }: OfficialAccount,
  found: FoundPerson | undefined,
  account?: AppName,
): AccountReach | Unreadable {
  const person = personIn(found, appid)
  if (person === undefined) return { official: name, reach: 'unreadable' }
  const { followedAt } = person
  const since = followedAt === undefined ? {} : { followedAt: new Date(followedAt * 1000).toISOString() }
  return { official: name, ...reachable(person, account), ...since }
}

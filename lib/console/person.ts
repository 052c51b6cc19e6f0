/** The links of a person, and why they can or cannot be reached. */

import { type AppName, type Apps, findAppById } from '../apps.ts'
import { getReach, parseReach, type ReachAnswer } from '../followers/reach.ts'
import type { Address } from '../identifiers.ts'
import { shownId } from './mask.ts'
import type { ConsoleDeps } from './ports.ts'

/** An id of a person, masked until asked for. */
type ShownAddress = {
  readonly kind: 'openid' | 'miniOpenid' | 'unionid'
  readonly id: string
  readonly app?: AppName
}
export type ShownPerson = ReachAnswer & { readonly ids: readonly ShownAddress[] }

type Query = Readonly<Record<string, string | undefined>>

/** Looks a person up by one of their ids, as `GET /reach` does, at all accounts; throws RequestError. */
export async function getPerson(
  query: Query,
  isOpen: boolean,
  { links, upkeep, apps }: Pick<ConsoleDeps, 'links' | 'upkeep' | 'apps'>,
): Promise<ShownPerson> {
  const question = parseReach({ ...query, all: '' }, apps)
  const [answer, ids] = await Promise.all([getReach(question, { links, apps }), upkeep.idsOf(question.address)])
  return { ...answer, ids: ids.map(it => shownAddress(it, isOpen, apps)) }
}

function shownAddress(address: Address, isOpen: boolean, apps: Apps): ShownAddress {
  if ('unionid' in address) return { kind: 'unionid', id: shownId(address.unionid, isOpen) }
  if ('openid' in address)
    return { kind: 'openid', id: shownId(address.openid, isOpen), app: nameOf(address.official, apps) }
  return { kind: 'miniOpenid', id: shownId(address.miniOpenid, isOpen), app: nameOf(address.mini, apps) }
}

function nameOf(appid: string, apps: Apps): AppName {
  return findAppById(apps, appid)?.name ?? appid
}

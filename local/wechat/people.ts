/** Everybody who has WeChat in this box, with the ids that each account knows them by. */
import type { Accounts } from './defaults.ts'
import { createIdCoding } from './openid.ts'
import { createPopulation } from './population.ts'

/** The people; a person is a number, counted from 0. */
export type People = ReturnType<typeof createPeople>

/** More people than any test needs; keeps a typing mistake from taking all memory. */
export const maxPeople = 50_000_000

/** Creates a world without people for the two accounts. */
export function createPeople(accounts: Accounts) {
  const population = createPopulation()
  const openids = createIdCoding(`openid ${accounts.official.appid}`)
  const miniOpenids = createIdCoding(`openid ${accounts.mini.appid}`)
  // Both apps are bound to one Open Platform account, hence one coding.
  const unionids = createIdCoding(`unionid ${accounts.official.appid} ${accounts.mini.appid}`)
  const known = (person: number | undefined) =>
    person !== undefined && person < population.size() ? person : undefined

  return {
    ...population,
    openid: openids.encode,
    openids: openids.encodeAll,
    miniOpenid: miniOpenids.encode,
    unionid: (person: number) => (population.hasUnionid(person) ? unionids.encode(person) : undefined),
    byOpenid: (id: unknown) => known(openids.decode(id)),
    byMiniOpenid: (id: unknown) => known(miniOpenids.decode(id)),
    byUnionid: (id: unknown) => known(unionids.decode(id)),
  }
}

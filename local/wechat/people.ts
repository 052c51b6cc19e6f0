/** All people with WeChat in this box, with their ids in each account. */
import type { Accounts } from './defaults.ts'
import { createIdCoding } from './openid.ts'
import { createPopulation } from './population.ts'

/** The people; a person is a number, counted from 0. */
export type People = ReturnType<typeof createPeople>

/** More people than any test needs; prevents a typing mistake from using all memory. */
export const maxPeople = 50_000_000

/**
 * Creates the people of the two accounts. `former` people existed before a reset: WeChat never forgets an openid, so
 * theirs belong to people who do not follow, and fail no batch.
 */
export function createPeople(accounts: Accounts, former = 0) {
  const population = createPopulation()
  const openids = createIdCoding(`openid ${accounts.official.appid}`)
  const miniOpenids = createIdCoding(`openid ${accounts.mini.appid}`)
  // Both apps are bound to one Open Platform account, hence one coding.
  const unionids = createIdCoding(`unionid ${accounts.official.appid} ${accounts.mini.appid}`)
  const ever = () => Math.max(former, population.size())
  const known = (person: number | undefined) =>
    person !== undefined && person < population.size() ? person : undefined

  return {
    ...population,
    openid: openids.encode,
    openids: openids.encodeAll,
    miniOpenid: miniOpenids.encode,
    unionid: (person: number) => (population.hasUnionid(person) ? unionids.encode(person) : undefined),
    /** The total ever created. */
    ever,
    /** A person who exists, or existed before a reset. */
    everByOpenid: (id: unknown) => {
      const person = openids.decode(id)
      return person !== undefined && person < ever() ? person : undefined
    },
    byOpenid: (id: unknown) => known(openids.decode(id)),
    byMiniOpenid: (id: unknown) => known(miniOpenids.decode(id)),
    byUnionid: (id: unknown) => known(unionids.decode(id)),
  }
}

/** Everybody who has WeChat in this box, with the ids that each account knows them by. */
import type { Accounts } from './defaults.ts'
import { createIdCoding } from './openid.ts'
import { createPopulation } from './population.ts'

/** The people; a person is a number, counted from 0. */
export type People = ReturnType<typeof createPeople>

/** More people than any test needs; keeps a typing mistake from taking all memory. */
export const maxPeople = 50_000_000

/**
 * Creates a world without people for the two accounts. `former` were there before a reset: WeChat knows an openid that it has
 * given for ever, so that theirs are those of people who do not follow, and fail no batch.
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
    /** How many there have ever been. */
    ever,
    /** Somebody who is here, or was before a reset. */
    everByOpenid: (id: unknown) => {
      const person = openids.decode(id)
      return person !== undefined && person < ever() ? person : undefined
    },
    byOpenid: (id: unknown) => known(openids.decode(id)),
    byMiniOpenid: (id: unknown) => known(miniOpenids.decode(id)),
    byUnionid: (id: unknown) => known(unionids.decode(id)),
  }
}

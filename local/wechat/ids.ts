/** The ids of people in one app. */
import { createIdCoding } from './openid.ts'
import type { Population } from './population.ts'

/** The ids in one app. */
export type Ids = ReturnType<typeof createIds>

/** The coding of an Open Platform account's unionids. */
type Unionids = ReturnType<typeof createIdCoding>

/** Creates the ids of an app; without an Open Platform account it has no `unionids`. */
export function createIds(appid: string, population: Population, unionids: Unionids | undefined) {
  const openids = createIdCoding(`openid ${appid}`)
  const below = (end: number, person: number | undefined) => (person !== undefined && person < end ? person : undefined)

  return {
    openid: openids.encode,
    openids: openids.encodeAll,
    unionid: (person: number) => (population.hasUnionid(person) ? unionids?.encode(person) : undefined),
    byOpenid: (id: unknown) => below(population.size(), openids.decode(id)),
    /** A person who exists, or existed before a reset. */
    everByOpenid: (id: unknown) => below(population.ever(), openids.decode(id)),
    byUnionid: (id: unknown) => below(population.size(), unionids?.decode(id)),
  }
}

/** The ids that one app knows people by. */
import { createIdCoding } from './openid.ts'
import type { Population } from './population.ts'

/** Makes and reads the ids of one app. */
export type Ids = ReturnType<typeof createIds>

/** The coding of an Open Platform account's unionids. */
type Unionids = ReturnType<typeof createIdCoding>

/** Creates the ids of an app; one that is bound to no Open Platform account has no `unionids`. */
export function createIds(appid: string, population: Population, unionids: Unionids | undefined) {
  const openids = createIdCoding(`openid ${appid}`)
  const below = (end: number, person: number | undefined) => (person !== undefined && person < end ? person : undefined)

  return {
    openid: openids.encode,
    openids: openids.encodeAll,
    unionid: (person: number) => (population.hasUnionid(person) ? unionids?.encode(person) : undefined),
    byOpenid: (id: unknown) => below(population.size(), openids.decode(id)),
    /** Somebody who is here, or was before a reset. */
    everByOpenid: (id: unknown) => below(population.ever(), openids.decode(id)),
    byUnionid: (id: unknown) => below(population.size(), unionids?.decode(id)),
  }
}

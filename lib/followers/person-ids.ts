/** The ids of one person, where each leads to rows of its own. */

import type { PersonIds } from './ports.ts'

/** Each id alone. */
export function oneByOne({ openid, unionid, miniOpenid }: PersonIds): PersonIds[] {
  return [
    ...(openid === undefined ? [] : [{ openid }]),
    ...(unionid === undefined ? [] : [{ unionid }]),
    ...(miniOpenid === undefined ? [] : [{ miniOpenid }]),
  ]
}

/** Each of these ids alone, but for those that are `known`. */
export function subtract(ids: readonly PersonIds[], known: readonly PersonIds[]): PersonIds[] {
  const keys = new Set(known.flatMap(oneByOne).map(it => JSON.stringify(it)))
  return ids.flatMap(oneByOne).filter(it => {
    const key = JSON.stringify(it)
    if (keys.has(key)) return false
    keys.add(key)
    return true
  })
}

/** The same ids in as few objects as they fit in. */
export function combine(ids: readonly PersonIds[]): PersonIds[] {
  const all = subtract(ids, [])
  const people: { -readonly [K in keyof PersonIds]: PersonIds[K] }[] = []
  for (const id of all) {
    const place = people.find(it => Object.keys(id).every(key => !Object.hasOwn(it, key)))
    if (place === undefined) people.push({ ...id })
    else Object.assign(place, id)
  }
  return people
}

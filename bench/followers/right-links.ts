/** Looks whether the links say of everybody what is so. */

import * as v from 'valibot'
import type { Control } from '../../kit/control.ts'
import { draw, type Random } from '../../kit/random.ts'
import type { Crowd } from './crowd.ts'
import type { LinkRows } from './stores.ts'

const perRun = 1_000
const samples = 100
const personAnswer = v.object({ openid: v.string(), unionid: v.string(), following: v.boolean() })

/** Of how many people the links say exactly what is so; throws if they know others too. */
export function countRight({ people, unseen }: Crowd, { followers, unions }: LinkRows): number {
  const wanted = people.size() - unseen.size
  if (followers.size > wanted || unions.size > wanted) throw new Error(`there are links of nobody: ${followers.size}`)
  let right = 0
  for (let first = 0; first < people.size(); first += perRun) {
    const numbers = Array.from({ length: Math.min(perRun, people.size() - first) }, (_, index) => first + index)
    const openids = people.openids(numbers)
    right += numbers.filter((person, at) => isRight(person, openids[at] ?? '')).length
  }
  return right

  function isRight(person: number, openid: string): boolean {
    const unionid = people.unionid(person) ?? ''
    const [row, behind] = [byText(followers).get(openid), byText(unions).get(unionid)]
    if (unseen.has(person)) return row === undefined && behind === undefined
    const following = people.isFollowing(person)
    const isLinked = row?.unionid === unionid && behind?.openid === openid
    return isLinked && row.following === following && behind.following === following
  }
}

/** Throws unless the box says of some people what we think of them. */
export async function compareWithBox({ people }: Crowd, control: Control, random: Random): Promise<void> {
  for (const person of draw(samples, people.size(), random)) {
    const { openid, unionid, following } = v.parse(personAnswer, await control(`/people/${person}`))
    const isSame = openid === people.openid(person) && unionid === people.unionid(person)
    if (!isSame || following !== people.isFollowing(person)) throw new Error(`the box has another person ${person}`)
  }
}

/** The box's ids have no brand. */
function byText<T>(rows: ReadonlyMap<string, T>): ReadonlyMap<string, T> {
  return rows
}

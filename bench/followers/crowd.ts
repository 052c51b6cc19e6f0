/** The people in the box: the same numbers are kept here too, to know what the links should say of each. */

import type { Control } from '../../kit/control.ts'
import { draw, type Random } from '../../kit/random.ts'
import { defaultAccounts } from '../../local/wechat/defaults.ts'
import { createPeople, type People } from '../../local/wechat/people.ts'

export type Crowd = {
  readonly people: People
  /** Who followed and unfollowed while nobody looked: there is no link of them. */
  readonly unseen: ReadonlySet<number>
  come(count: number): Promise<void>
  /** Some followers leave without an event; answers their numbers. */
  leave(count: number): Promise<number[]>
  /** Some come and leave again. */
  passBy(count: number): Promise<void>
  comeBack(people: readonly number[]): Promise<void>
}

/** Creates the crowd of a box in which nobody lives yet. */
export function createCrowd(control: Control, random: Random): Crowd {
  const people = createPeople(defaultAccounts)
  const unseen = new Set<number>()
  const add = async (count: number) => {
    await control('/people', { count, following: true })
    return people.add(count, { unionid: true, following: true, at: 0 })
  }
  const unfollow = async (person: number) => {
    await control(`/people/${person}/unfollow`, { silent: true })
    people.unfollow(person)
  }
  return {
    people,
    unseen,
    come: async count => void (await add(count)),
    async leave(count) {
      const leavers = draw(count, people.size(), random).filter(people.isFollowing)
      for (const person of leavers) await unfollow(person)
      return leavers
    },
    async passBy(count) {
      const first = await add(count)
      for (let person = first; person < first + count; person++) {
        unseen.add(person)
        await unfollow(person)
      }
    },
    async comeBack(leavers) {
      for (const person of leavers) {
        await control(`/people/${person}/follow`, { silent: true })
        people.follow(person, 0)
      }
    },
  }
}

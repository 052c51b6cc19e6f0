/** People without a box, with their ids in the first pair: benches compare results with them. */
import type { Accounts } from './defaults.ts'
import { createFollowers } from './followers.ts'
import { createIds } from './ids.ts'
import { defaultUnionids } from './platforms.ts'
import { createPopulation } from './population.ts'

/** The people; a person is a number, counted from 0. */
export type People = ReturnType<typeof createPeople>

/** The common traits of people when they are created; `at` is the second of their follow. */
type Traits = { unionid: boolean; following: boolean; at: number }

/** Creates an empty set of people. */
export function createPeople(accounts: Accounts) {
  const population = createPopulation()
  const followers = createFollowers()
  const ids = createIds(accounts.official.appid, population, defaultUnionids(accounts))
  const miniIds = createIds(accounts.mini.appid, population, undefined)

  return {
    /** Adds people with the same traits; returns the number of the first. */
    add: (count: number, { unionid, following, at }: Traits): number => {
      const first = population.add(count, { unionid })
      if (following) followers.addNew(first, count, at)
      return first
    },
    size: population.size,
    openid: ids.openid,
    openids: ids.openids,
    miniOpenid: miniIds.openid,
    unionid: ids.unionid,
    follow: followers.follow,
    unfollow: followers.unfollow,
    isFollowing: followers.isFollowing,
    followers: followers.count,
  }
}

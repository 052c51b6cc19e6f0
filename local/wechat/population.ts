/** The state of each person, in typed arrays by the person's number: five bytes each, for millions of people. */

const followingBit = 1
const unionidBit = 2
const firstCapacity = 1024

/** The common traits of people when they are created; `at` is the second of their follow. */
export type Traits = { unionid: boolean; following: boolean; at: number }

type Population = { flags: Uint8Array; subscribedAt: Uint32Array; size: number; followers: number }

/** Creates an empty population with its queries and changes. */
export function createPopulation() {
  const state: Population = {
    flags: new Uint8Array(firstCapacity),
    subscribedAt: new Uint32Array(firstCapacity),
    size: 0,
    followers: 0,
  }
  return {
    add: (count: number, traits: Traits) => add(state, count, traits),
    follow: (person: number, at: number) => follow(state, person, at),
    unfollow: (person: number) => unfollow(state, person),
    followersAfter: (person: number, limit: number) => followersAfter(state, person, limit),
    /** Binds a person to the Open Platform account later. */
    giveUnionid: (person: number) => setFlag(state, person, unionidBit),
    hasUnionid: (person: number) => hasFlag(state, person, unionidBit),
    isFollowing: (person: number) => hasFlag(state, person, followingBit),
    subscribeTime: (person: number) => state.subscribedAt[person] ?? 0,
    size: () => state.size,
    followers: () => state.followers,
  }
}

/** Adds people who are all alike; returns the number of the first. */
function add(state: Population, count: number, traits: Traits): number {
  const first = state.size
  grow(state, first + count)
  state.size += count
  state.flags.fill((traits.following ? followingBit : 0) | (traits.unionid ? unionidBit : 0), first, state.size)
  if (traits.following) {
    state.subscribedAt.fill(traits.at, first, state.size)
    state.followers += count
  }
  return first
}

function grow(state: Population, needed: number): void {
  if (needed <= state.flags.length) return
  const capacity = Math.max(needed, state.flags.length * 2)
  const { flags, subscribedAt } = state
  state.flags = new Uint8Array(capacity)
  state.subscribedAt = new Uint32Array(capacity)
  state.flags.set(flags)
  state.subscribedAt.set(subscribedAt)
}

function hasFlag(state: Population, person: number, mask: number): boolean {
  return ((state.flags[person] ?? 0) & mask) !== 0
}

function setFlag(state: Population, person: number, mask: number): void {
  state.flags[person] = (state.flags[person] ?? 0) | mask
}

function follow(state: Population, person: number, at: number): void {
  if (!hasFlag(state, person, followingBit)) state.followers += 1
  setFlag(state, person, followingBit)
  state.subscribedAt[person] = at
}

function unfollow(state: Population, person: number): void {
  if (hasFlag(state, person, followingBit)) state.followers -= 1
  state.flags[person] = (state.flags[person] ?? 0) & ~followingBit
}

/** Up to `limit` followers after a person, in the order of their numbers. */
function followersAfter(state: Population, person: number, limit: number): number[] {
  const page: number[] = []
  for (let next = person + 1; next < state.size && page.length < limit; next += 1) {
    if (hasFlag(state, next, followingBit)) page.push(next)
  }
  return page
}

/**
 * The followers of one Official Account, in typed arrays by the person's number: five bytes for each person up to the last one
 * who ever followed; nothing for an account without followers.
 */

const firstCapacity = 1024

/** The followers of one account. */
export type Followers = ReturnType<typeof createFollowers>

type Following = { flags: Uint8Array; since: Uint32Array; end: number; count: number }

/** Creates an empty set of followers. */
export function createFollowers() {
  const state: Following = { flags: new Uint8Array(0), since: new Uint32Array(0), end: 0, count: 0 }
  return {
    /** Adds new people as followers; `at` is the second of their follow. */
    addNew: (first: number, count: number, at: number) => addNew(state, first, { count, at }),
    follow: (person: number, at: number) => follow(state, person, at),
    unfollow: (person: number) => unfollow(state, person),
    isFollowing: (person: number) => state.flags[person] === 1,
    /** The second of the latest follow, 0 before the first. */
    subscribeTime: (person: number) => state.since[person] ?? 0,
    /** Up to `limit` followers after a person, in the order of their numbers. */
    after: (person: number, limit: number) => after(state, person, limit),
    count: () => state.count,
    save: () => save(state),
    load: (saved: Saved) => load(state, saved),
  }
}

function addNew(state: Following, first: number, { count, at }: { count: number; at: number }): void {
  grow(state, first + count)
  state.flags.fill(1, first, first + count)
  state.since.fill(at, first, first + count)
  state.count += count
}

function follow(state: Following, person: number, at: number): void {
  grow(state, person + 1)
  if (state.flags[person] !== 1) state.count += 1
  state.flags[person] = 1
  state.since[person] = at
}

function unfollow(state: Following, person: number): void {
  if (state.flags[person] === 1) state.count -= 1
  state.flags[person] = 0
}

function after(state: Following, person: number, limit: number): number[] {
  const page: number[] = []
  for (let next = person + 1; next < state.end && page.length < limit; next += 1) {
    if (state.flags[next] === 1) page.push(next)
  }
  return page
}

type Saved = { flags: string; since: string; end: number; count: number }

function save({ flags, since, end, count }: Following): Saved {
  const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64')
  return {
    flags: base64(flags.subarray(0, end)),
    since: base64(new Uint8Array(since.slice(0, end).buffer)),
    end,
    count,
  }
}

function load(state: Following, { flags, since, end, count }: Saved): void {
  grow(state, end)
  state.flags.set(Buffer.from(flags, 'base64').subarray(0, end))
  state.since.set(new Uint32Array(new Uint8Array(Buffer.from(since, 'base64')).buffer).subarray(0, end))
  state.count = count
}

function grow(state: Following, end: number): void {
  state.end = Math.max(state.end, end)
  if (end <= state.flags.length) return
  const capacity = Math.max(end, state.flags.length * 2, firstCapacity)
  const { flags, since } = state
  state.flags = new Uint8Array(capacity)
  state.since = new Uint32Array(capacity)
  state.flags.set(flags)
  state.since.set(since)
}

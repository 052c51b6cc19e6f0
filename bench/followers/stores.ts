/** The stores in memory, which answer at once and count what is asked of them. */

import { batchSize } from '../../lib/followers/follower-batches.ts'
import { type FollowerRow, isReadable, type StoredRow } from '../../lib/followers/link.ts'
import type {
  Erasures,
  FollowerLinks,
  Journal,
  LinkingStore,
  LinkStore,
  NotedEntry,
} from '../../lib/followers/ports.ts'
import type { OpenId, UnionId } from '../../lib/identifiers.ts'
import type { StoredToken, TokenStore } from '../../lib/tokens/ports.ts'
import type { EntryStore, MarkStore } from './remote-stores.ts'
import { memorySyncRuns } from './sync-run-pages.ts'

/** How often something was asked; in rows of DynamoDB, where a follower's state stands in two. */
const zero = {
  ...{ linkRowsRead: 0, linkRowsWritten: 0, followersWritten: 0, marksRead: 0, checkpoints: 0 },
  ...{ pagesWritten: 0, pagesRead: 0, notesWritten: 0, notesRead: 0, stepsWritten: 0 },
}
export type Counts = typeof zero

export type LinkRows = {
  readonly followers: ReadonlyMap<OpenId, FollowerRow>
  readonly unions: ReadonlyMap<UnionId, FollowerRow>
}

/** Creates them, empty. */
export function createStores() {
  const counts = { ...zero }
  const { rows, followerLinks } = memoryLinks(counts)
  const services = {
    followerLinks,
    links: { loginsOf: async () => new Map() } satisfies Pick<LinkStore, 'loginsOf'>,
    syncRuns: memorySyncRuns(counts),
    tokens: memoryTokens(),
    journal: memoryJournal(counts),
    linking: memoryLinking(counts),
    erasures: memoryErasures(counts),
  }
  return { counts, rows, services }
}

function memoryLinks(counts: Counts) {
  const followers = new Map<OpenId, FollowerRow>()
  const unions = new Map<UnionId, FollowerRow>()
  const followerLinks: FollowerLinks = {
    async followers(openids) {
      counts.linkRowsRead += openids.length
      return new Map(openids.flatMap(it => entryOf(followers, it)))
    },
    async writeFollower(row, stored) {
      const present = followers.get(row.openid)
      if (!isSame(present, stored)) return false
      followers.set(row.openid, row)
      if (stored?.unionid !== undefined && stored.unionid !== row.unionid) unions.delete(stored.unionid)
      if (row.unionid !== undefined) unions.set(row.unionid, row)
      counts.followersWritten += 1
      counts.linkRowsWritten += row.unionid === undefined ? 1 : 2
      return true
    },
    async rejoin(some) {
      counts.linkRowsRead += some.length
      for (const row of some) {
        if (row.unionid === undefined || unions.get(row.unionid) === row) continue
        unions.set(row.unionid, row)
        counts.linkRowsWritten += 1
      }
      return new Set()
    },
  }
  return { rows: { followers, unions } satisfies LinkRows, followerLinks }
}

function isSame(one: FollowerRow | undefined, other: StoredRow | undefined): boolean {
  if (other !== undefined && !isReadable(other)) return false
  return one?.at === other?.at && one?.following === other?.following && one?.unionid === other?.unionid
}

function entryOf<K, V>(rows: ReadonlyMap<K, V>, key: K): [K, V][] {
  const row = rows.get(key)
  return row === undefined ? [] : [[key, row]]
}

function memoryTokens(): TokenStore {
  let token: StoredToken | undefined
  return {
    read: async () => token,
    takeLease: async () => true,
    async write(_appid, fresh) {
      token = fresh
      return true
    },
    freeLease: async () => undefined,
  }
}

function memoryJournal(counts: Counts): Pick<Journal, 'note' | 'drop'> & EntryStore {
  const rows = new Map<string, NotedEntry>()
  let noted = 0
  return {
    async note(entry, now) {
      const key = `${noted++}`
      rows.set(key, { ...entry, key, notedAt: now })
      counts.notesWritten += 1
    },
    keys: async () => [...rows.keys()],
    async entry(key) {
      counts.notesRead += 1
      return rows.get(key) ?? { key, notedAt: 0, follow: [], unfollow: [] }
    },
    async drop(keys) {
      for (const key of keys) rows.delete(key)
    },
  }
}

/** Nothing is killed here, so people are only counted; a step and its messages are as many writes as in DynamoDB. */
function memoryLinking(counts: Counts): Omit<LinkingStore, 'isUnderWay'> {
  let waiting = 0
  const write = async (rows: number) => {
    counts.stepsWritten += rows
  }
  return {
    open: () => write(1),
    close: () => write(1),
    abandon: () => write(0),
    expect(_step, people) {
      waiting += people
      return write(people > 0 ? 1 : 0)
    },
    async workedIn(parts) {
      waiting -= parts.length * batchSize
      await write(new Set(parts.map(it => `${it.beganAt} ${it.step}`)).size)
    },
    waiting: async () => Math.max(0, waiting),
  }
}

/** Nobody wished to be forgotten, which is looked up all the same. */
function memoryErasures(counts: Counts): Pick<Erasures, 'marksOf'> & MarkStore {
  return {
    async marksOf(openids) {
      counts.marksRead += openids.length
      return new Map()
    },
    marked: async () => [],
  }
}

/** The stores in memory, which answer at once and count what is asked of them. */

import { batchSize } from '../../lib/followers/follower-batches.ts'
import type { Erasures, Journal, LinkingStore, LinkStore, NotedEntry } from '../../lib/followers/ports.ts'
import type { StoredToken, TokenStore } from '../../lib/tokens/ports.ts'
import { type Counts, zero } from './counts.ts'
import { leanLinks } from './links.ts'
import type { EntryStore, MarkStore } from './remote-stores.ts'
import { memorySyncRuns } from './sync-run-pages.ts'

/** Creates them, empty, with room for the rows of so many people. */
export function createStores(most: number) {
  const counts = { ...zero }
  const { rows, followerLinks } = leanLinks(counts, most)
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

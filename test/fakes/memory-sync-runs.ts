/** The stores of sync runs, of the journal and of erasures in memory: they pass the same contract suites as the real ones. */

import type { Erasures, Journal, JournalEntry } from '../../lib/followers/ports.ts'
import type { OpenId } from '../../lib/identifiers.ts'
import type { SyncRun, SyncRunStore, SyncRuns } from '../../lib/sync/ports.ts'

export function memorySyncRuns(): SyncRunStore {
  const pages = new Map<string, OpenId[]>()
  let state: SyncRuns = {}
  let lease: { owner: string; until: number } | undefined
  const guarded = async (owner: string, change: () => void) => {
    if (lease?.owner !== owner) return false
    change()
    return true
  }
  const keep = ({ current, complete }: SyncRuns) => {
    const needed = new Set([...(current?.pageKeys ?? []), ...(complete?.pageKeys ?? [])])
    for (const key of pages.keys()) if (!needed.has(key)) pages.delete(key)
  }
  return {
    async takeLease({ owner, now, until }) {
      if (lease !== undefined && lease.until > now && lease.owner !== owner) return false
      lease = { owner, until }
      return true
    },
    async freeLease(owner) {
      if (lease?.owner === owner) lease = undefined
    },
    state: async () => state,
    async savePage(run, openids, owner) {
      const key = `${run.id} ${run.pages}`
      const saved: SyncRun = { ...run, pageKeys: [...run.pageKeys, key] }
      const isSaved = await guarded(owner, () => {
        pages.set(key, [...openids])
        state = { ...state, current: saved }
      })
      return isSaved ? saved : undefined
    },
    async *openids(run) {
      for (const key of run.pageKeys) yield pages.get(key) ?? []
    },
    complete: (run, owner) =>
      guarded(owner, () => {
        state = { complete: run }
        keep(state)
      }),
    abandon: owner =>
      guarded(owner, () => {
        const { current: _, ...rest } = state
        state = rest
        keep(state)
      }),
    pause: (until, owner) =>
      guarded(owner, () => {
        state = { ...state, pausedUntil: until }
      }),
    async forget(gone) {
      for (const [key, openids] of pages) pages.set(key, without(openids, gone))
    },
  }
}

export function memoryJournal(): Journal {
  const rows = new Map<string, JournalEntry & { notedAt: number }>()
  let noted = 0
  return {
    async note(entry, now) {
      rows.set(`${noted++}`, { ...entry, notedAt: now })
    },
    async *entries() {
      for (const [key, entry] of rows) yield { key, ...entry }
    },
    async drop(keys) {
      for (const key of keys) rows.delete(key)
    },
    async forget(gone) {
      for (const [key, { follow, unfollow, notedAt }] of rows) {
        const left = { follow: without(follow, gone), unfollow: without(unfollow, gone), notedAt }
        if (left.follow.length + left.unfollow.length === 0) rows.delete(key)
        else rows.set(key, left)
      }
    },
  }
}

export function memoryErasures(): Erasures {
  const marks = new Map<OpenId, number>()
  return {
    async mark(openid, at) {
      marks.set(openid, Math.max(at, marks.get(openid) ?? 0))
    },
    async unmark(openid, before) {
      if ((marks.get(openid) ?? before) < before) marks.delete(openid)
    },
    marksOf: async openids => new Map([...marks].filter(([openid]) => openids.includes(openid))),
    async all() {
      const marked = new Set(marks.keys())
      return openid => marked.has(openid)
    },
  }
}

function without(openids: readonly OpenId[], gone: ReadonlySet<OpenId>): OpenId[] {
  return openids.filter(it => !gone.has(it))
}

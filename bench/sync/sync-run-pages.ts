/** The store of sync runs in memory. */

import { noOpenids, type PackedOpenids } from '../../lib/adapters/dynamo/packed-openids.ts'
import type { SyncRunStore, SyncRuns } from '../../lib/sync/ports.ts'
import type { PageStore } from './remote-stores.ts'

type Counts = { checkpoints: number; pagesWritten: number; pagesRead: number }
type Rows = { readonly pages: Map<string, PackedOpenids>; state: SyncRuns; owner?: string | undefined }

/** Names pages by their content, as the real store does: one that has not changed is not written again. */
export function memorySyncRuns(
  counts: Counts,
): Omit<SyncRunStore, 'openids' | 'savePage' | 'forget' | 'abandon' | 'pause'> & PageStore {
  const rows: Rows = { pages: new Map(), state: {} }
  const save = async (owner: string, state: SyncRuns) => {
    if (rows.owner !== owner) return false
    counts.checkpoints += 1
    rows.state = state
    return true
  }
  return {
    state: async () => rows.state,
    // One process syncs at a time here.
    async takeLease({ owner }) {
      rows.owner = owner
      return true
    },
    async freeLease() {
      rows.owner = undefined
    },
    async savePage(run, { key, ...page }, owner) {
      if (!rows.pages.has(key)) counts.pagesWritten += 1
      rows.pages.set(key, page)
      const saved = { ...run, pageKeys: [...run.pageKeys, key] }
      return (await save(owner, { ...rows.state, current: saved })) ? saved : undefined
    },
    async complete(run, owner) {
      const { current: _, ...rest } = rows.state
      const isSaved = await save(owner, { ...rest, complete: run })
      if (isSaved) dropUnneeded(rows, run.pageKeys)
      return isSaved
    },
    async page(key) {
      counts.pagesRead += 1
      return rows.pages.get(key) ?? noOpenids
    },
  }
}

function dropUnneeded({ pages }: Rows, needed: readonly string[]): void {
  const kept = new Set(needed)
  for (const key of pages.keys()) if (!kept.has(key)) pages.delete(key)
}

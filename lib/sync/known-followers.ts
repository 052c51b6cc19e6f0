/** What is known of followers before a sync run goes on. */

import type { Journal, NotedEntry } from '../followers/ports.ts'
import type { OpenId } from '../identifiers.ts'
import type { SyncRunStore, SyncRuns } from './ports.ts'
import { createRoll, type Roll } from './roll.ts'

type KnownDeps = { readonly syncRuns: SyncRunStore; readonly journal: Journal }
type Entry = Pick<NotedEntry, 'key' | 'notedAt'>

export type KnownFollowers = {
  /** Who is linked already, so that nobody looks them up again, and who was seen in this sync run. */
  readonly roll: Roll
  /** The entries of the journal that are known here, with the instant (ms) of each. */
  readonly entries: readonly Entry[]
}

/** Reads who is linked, and whom this sync run has seen so far. */
export async function knowFollowers(runs: SyncRuns, deps: KnownDeps): Promise<KnownFollowers> {
  const roll = createRoll(Math.max(runs.complete?.followers ?? 0, runs.current?.followers ?? 0))
  const entries = await readJournal(deps.journal, roll)
  for await (const openids of linkedBefore(runs, entries, deps)) roll.link(openids)
  if (runs.current !== undefined) for await (const openids of deps.syncRuns.openids(runs.current)) roll.see(openids)
  return { roll, entries }
}

async function readJournal(journal: Journal, roll: Roll): Promise<readonly Entry[]> {
  const entries: Entry[] = []
  for await (const { key, notedAt, unfollow } of journal.entries()) {
    entries.push({ key, notedAt })
    roll.leave(unfollow)
  }
  return entries
}

/** Everybody whom the last complete sync run named, or these entries of the journal since. */
export async function* linkedBefore(
  { complete }: SyncRuns,
  entries: readonly Entry[],
  { syncRuns, journal }: KnownDeps,
): AsyncIterable<readonly OpenId[]> {
  const keys = new Set(entries.map(it => it.key))
  for await (const { key, follow } of journal.entries()) if (keys.has(key)) yield follow
  if (complete !== undefined) yield* syncRuns.openids(complete)
}

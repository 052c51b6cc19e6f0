/** What is known of followers before a sync run goes on. */

import type { Journal, NotedEntry } from '../followers/ports.ts'
import type { OpenId } from '../identifiers.ts'
import { createOpenIdSet, type OpenIdSet } from './openid-set.ts'
import type { SyncRunStore, SyncRuns } from './ports.ts'

type KnownDeps = { readonly syncRuns: SyncRunStore; readonly journal: Journal }
type Entry = Pick<NotedEntry, 'key' | 'notedAt'>

export type KnownFollowers = {
  /** Linked already, so that nobody looks them up again. */
  readonly linked: OpenIdSet
  /** Seen in this sync run. */
  readonly seen: OpenIdSet
  /** The entries of the journal that are known here, with the instant (ms) of each. */
  readonly entries: readonly Entry[]
}

/**
 * Reads who is linked, and whom this sync run has seen so far.
 *
 * Who was found to have unfollowed counts as not linked: if the list names them, they returned unseen.
 */
export async function knowFollowers(runs: SyncRuns, deps: KnownDeps): Promise<KnownFollowers> {
  const { entries, unfollowers } = await readJournal(deps.journal)
  const linked = await setOf(linkedBefore(runs, entries, deps), unfollowers)
  const seen = runs.current === undefined ? createOpenIdSet() : await setOf(deps.syncRuns.openids(runs.current))
  return { linked, seen, entries }
}

async function readJournal(journal: Journal): Promise<{ entries: readonly Entry[]; unfollowers: OpenIdSet }> {
  const entries: Entry[] = []
  const unfollowers = createOpenIdSet()
  for await (const { key, notedAt, unfollow } of journal.entries()) {
    entries.push({ key, notedAt })
    for (const openid of unfollow) unfollowers.add(openid)
  }
  return { entries, unfollowers }
}

async function setOf(lists: AsyncIterable<readonly OpenId[]>, others?: OpenIdSet): Promise<OpenIdSet> {
  const set = createOpenIdSet()
  const isAmong = others === undefined || others.size === 0 ? () => false : others.has
  for await (const openids of lists) for (const openid of openids) if (!isAmong(openid)) set.add(openid)
  return set
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

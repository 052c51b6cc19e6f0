/** What is known of followers before a walk goes on. */

import type { Journal, NotedEntry } from '../followers/ports.ts'
import type { OpenId } from '../identifiers.ts'
import { createOpenIdSet, type OpenIdSet } from './openid-set.ts'
import type { WalkState, WalkStore } from './ports.ts'

type KnownDeps = { readonly walks: WalkStore; readonly journal: Journal }

export type Known = {
  /** Linked already, so that nobody looks them up again. */
  readonly linked: OpenIdSet
  /** Seen on this walk. */
  readonly seen: OpenIdSet
  /** The entries of the journal that are known here, with the instant (ms) of each. */
  readonly entries: readonly Pick<NotedEntry, 'key' | 'notedAt'>[]
}

/**
 * Reads who is linked, and what this walk has seen so far.
 *
 * Who was found to have left counts as not linked: if the list names them, they came back unseen.
 */
export async function knowFollowers(state: WalkState, deps: KnownDeps): Promise<Known> {
  const { entries, leavers } = await readJournal(deps.journal)
  const pages = state.current === undefined ? [] : deps.walks.openids(state.current)
  return {
    linked: await setOf(linkedBefore(state, entries, deps), it => !leavers.has(it)),
    seen: await setOf(pages),
    entries,
  }
}

async function readJournal(journal: Journal): Promise<Pick<Known, 'entries'> & { readonly leavers: OpenIdSet }> {
  const entries: Pick<NotedEntry, 'key' | 'notedAt'>[] = []
  const leavers = createOpenIdSet()
  for await (const { key, notedAt, unfollow } of journal.entries()) {
    entries.push({ key, notedAt })
    for (const openid of unfollow) leavers.add(openid)
  }
  return { entries, leavers }
}

type Lists = AsyncIterable<readonly OpenId[]> | readonly (readonly OpenId[])[]

async function setOf(lists: Lists, isIn: (openid: OpenId) => boolean = () => true): Promise<OpenIdSet> {
  const set = createOpenIdSet()
  for await (const openids of lists) for (const openid of openids) if (isIn(openid)) set.add(openid)
  return set
}

/** Everybody whom the last complete walk named, or these entries of the journal since. */
export async function* linkedBefore(
  { complete }: WalkState,
  entries: Known['entries'],
  { walks, journal }: KnownDeps,
): AsyncIterable<readonly OpenId[]> {
  const keys = new Set(entries.map(it => it.key))
  for await (const { key, follow } of journal.entries()) if (keys.has(key)) yield follow
  if (complete !== undefined) yield* walks.openids(complete)
}

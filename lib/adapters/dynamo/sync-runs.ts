/**
 * The store of sync runs (the rows: sync-run-rows.ts).
 *
 * A page is keyed by its content, so a page that has not changed since the last run is not written again. Every page
 * that may exist is named in the state first, so that none is ever orphaned.
 */

import { GetCommand } from '@aws-sdk/lib-dynamodb'

import type { OfficialAppId } from '../../identifiers.ts'
import type { SyncRun, SyncRunStore } from '../../sync/ports.ts'
import { validate } from '../../validate.ts'
import { change, type Dynamo } from './dynamo.ts'
import {
  createPageRows,
  type PageRows,
  pageKeyOf,
  runItem,
  type StateRow,
  stateKeyOf,
  stateRow,
} from './sync-run-rows.ts'

/** Creates the store of an account's sync runs. */
export function createSyncRunStore(dynamo: Dynamo, table: string, official: OfficialAppId): SyncRunStore {
  const pages = createPageRows(dynamo, table, official)
  const stateKey = stateKeyOf(official)
  const redacted = new Set<string>()
  const readState = async () => {
    const { Item } = await dynamo.send(new GetCommand({ TableName: table, Key: stateKey, ConsistentRead: true }))
    return validate(stateRow, Item ?? {}, 'the state of the sync run')
  }
  const set = (fields: object, owner: string) =>
    change(dynamo, table, stateKey, { set: { ...fields }, condition: '#leaseOwner = :owner', values: { owner } })

  return {
    takeLease: ({ owner, now, until }) =>
      change(dynamo, table, stateKey, {
        set: { leaseOwner: owner, leaseUntil: until },
        condition: 'attribute_not_exists(#leaseUntil) OR #leaseUntil <= :now OR #leaseOwner = :leaseOwner',
        values: { now },
      }),
    async freeLease(owner) {
      await set({ leaseOwner: undefined, leaseUntil: undefined }, owner)
    },
    async state() {
      const { spare: _, ...state } = await readState()
      return state
    },
    async *openids(run) {
      for await (const { key, parts } of pages.read(run.pageKeys)) {
        const openids = parts.flat()
        // Somebody was erased from it: its content no longer matches its key, should the same page be saved again.
        if (pageKeyOf(openids) !== key) redacted.add(key)
        yield openids
      }
    },
    pause: (until, owner) => set({ pausedUntil: until }, owner),
    ...createPages({ pages, readState, set, redacted }),
  }
}

type Parts = {
  readonly pages: PageRows
  readonly redacted: Set<string>
  readonly readState: () => Promise<StateRow>
  readonly set: (fields: object, owner: string) => Promise<boolean>
}

/** Saves, replaces and deletes pages. */
function createPages({
  pages,
  readState,
  set,
  redacted,
}: Parts): Pick<SyncRunStore, 'savePage' | 'complete' | 'abandon' | 'forget'> {
  /** Records the unneeded pages, then deletes them; after a crash they are still recorded. */
  const drop = async (old: readonly string[], fields: object, owner: string) => {
    const spare = [...new Set(old)]
    if (!(await set({ ...fields, spare }, owner))) return false
    await pages.remove(spare)
    return set({ spare: undefined }, owner)
  }

  return {
    async savePage(run, openids, owner) {
      const { current, complete, spare = [] } = await readState()
      const key = pageKeyOf(openids)
      const others = spare.filter(it => it !== key)
      const isThere = !redacted.has(key) && [current, complete].some(it => it?.pageKeys.includes(key))
      if (!isThere) {
        if (!(await set({ spare: [...others, key] }, owner))) return undefined
        await pages.put(openids)
        redacted.delete(key)
      }
      const saved = { ...run, pageKeys: [...run.pageKeys, key] }
      const isSaved = await set({ current: runItem(saved), spare: others.length === 0 ? undefined : others }, owner)
      return isSaved ? saved : undefined
    },
    async complete(run, owner) {
      const { complete, spare = [] } = await readState()
      const old = [...spare, ...keysOf(complete)].filter(it => !run.pageKeys.includes(it))
      return drop(old, { complete: runItem(run), current: undefined, pausedUntil: undefined }, owner)
    },
    async abandon(owner) {
      const { current, complete, spare = [] } = await readState()
      const old = [...spare, ...keysOf(current)].filter(it => !keysOf(complete).includes(it))
      return drop(old, { current: undefined }, owner)
    },
    async forget(gone) {
      const { current, complete, spare = [] } = await readState()
      for await (const { key, parts } of pages.read([...spare, ...keysOf(current), ...keysOf(complete)])) {
        for (const [part, openids] of parts.entries()) {
          const kept = openids.filter(it => !gone.has(it))
          // Keeps its key, because runs refer to it; to the next run the page only looks changed.
          if (kept.length < openids.length) await pages.replace(key, part, kept)
        }
      }
    },
  }
}

function keysOf(run: SyncRun | undefined): readonly string[] {
  return run?.pageKeys ?? []
}

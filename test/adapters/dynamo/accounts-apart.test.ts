/** Two accounts whose journal, marks, sync runs, counts and gates stand in the same tables: neither sees or takes the other's. */

import { expect, it } from 'vitest'

import { createErasures } from '../../../lib/adapters/dynamo/erasures.ts'
import { createGateStore } from '../../../lib/adapters/dynamo/gate.ts'
import { createJournal } from '../../../lib/adapters/dynamo/journal.ts'
import { createLinkingStore } from '../../../lib/adapters/dynamo/linking.ts'
import { createSyncRunStore } from '../../../lib/adapters/dynamo/sync-runs.ts'
import type { SyncRun } from '../../../lib/sync/ports.ts'
import { openTables } from '../../dynamodb.ts'
import { openForAll } from '../../for-all.ts'
import { id, officialAppid, otherOfficialAppid } from '../../ids.ts'

const tables = openForAll(() => openTables())

const openids = [id('oFirst'), id('oSecond')]
const gone = new Set(openids)

/** The store of each account, over one table. */
async function both<T>(create: (table: string, official: typeof officialAppid) => T): Promise<readonly [T, T]> {
  const table = await tables.make('walks')
  return [create(table, officialAppid), create(table, otherOfficialAppid)]
}

it('keeps a journal for each', async () => {
  const [own, other] = await both((table, official) => createJournal(tables.dynamo, table, official, () => 0))
  await own.note({ follow: openids, unfollow: [] }, 5)
  await other.note({ follow: openids, unfollow: [] }, 5)
  await own.forget(gone)
  expect(await Array.fromAsync(own.entries())).toEqual([])
  const entries = await Array.fromAsync(other.entries())
  expect(entries).toMatchObject([{ follow: openids, notedAt: 5 }])
  await own.drop(entries.map(it => it.key))
  expect(await Array.fromAsync(other.entries())).toEqual(entries)
})

it('marks whom each has erased', async () => {
  const [own, other] = await both((table, official) => createErasures(tables.dynamo, table, official))
  await own.mark(id('oFirst'), 5)
  await other.unmark(id('oFirst'), 9)
  expect([await own.marksOf(openids), await other.marksOf(openids)]).toEqual([new Map([['oFirst', 5]]), new Map()])
  expect([(await own.all())(id('oFirst')), (await other.all())(id('oFirst'))]).toEqual([true, false])
})

it('has a sync run of each at a time, with pages of its own though the same people stand in them', async () => {
  const [own, other] = await both((table, official) => createSyncRunStore(tables.dynamo, table, official))
  const counts = { pages: 1, followers: 2, total: 2, minTotal: 2, maxPageSize: 2, queuedPages: 0, added: 0 }
  const run: SyncRun = { id: 'a', startedAt: 1, beganAt: 1000, isEveryone: false, ...counts, pageKeys: [] }
  const saved = []
  for (const store of [own, other]) {
    expect(await store.takeLease({ owner: 'a', now: 0, until: 60 })).toBe(true)
    saved.push(await store.savePage(run, openids, 'a'))
  }
  expect(saved[0]?.pageKeys).toEqual(saved[1]?.pageKeys)
  await own.forget(gone)
  await own.abandon('a')
  await own.freeLease('a')
  expect(await own.state()).toEqual({})
  expect(await Array.fromAsync(other.openids(saved[1] ?? run))).toEqual([openids])
  expect(await other.takeLease({ owner: 'b', now: 0, until: 60 })).toBe(false)
})

it('counts what of each is to be worked in', async () => {
  const now = () => 1000
  const [own, other] = await both((table, official) => createLinkingStore(tables.dynamo, table, official, now))
  const run = { beganAt: 1000, isWhole: true }
  for (const store of [own, other]) {
    await store.open(run, 0)
    await store.expect({ ...run, step: 1, run: 1 }, 7)
  }
  await own.workedIn([{ ...run, step: 1, run: 1, message: 0 }])
  await own.close(run)
  expect([await own.waiting(), await own.isUnderWay()]).toEqual([0, false])
  expect([await other.waiting(), await other.isUnderWay()]).toEqual([7, true])
})

it('closes the gate of one, and none of the other’s', async () => {
  const table = await tables.make('deliveries')
  const [gate, other] = [officialAppid, otherOfficialAppid].map(official =>
    createGateStore(tables.dynamo, table, { official }),
  )
  await gate?.close({ until: 200, errcode: 45009, at: 10 })
  await other?.reserve(50)
  expect(await gate?.read()).toEqual({ closedUntil: 200, closedAt: 10, errcode: 45009 })
  expect(await other?.read()).toEqual({ reservedUntil: 50 })
})

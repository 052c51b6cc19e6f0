import { expect, test } from 'vitest'

import type { OpenId } from '../../lib/identifiers.ts'
import type { SyncRun, SyncRunStore } from '../../lib/sync/ports.ts'
import { id } from '../ids.ts'

const run = (more: Partial<SyncRun> = {}): SyncRun => ({
  id: 'w1',
  startedAt: 10,
  beganAt: 10_000,
  isEveryone: false,
  pages: 1,
  followers: 3,
  total: 6,
  minTotal: 6,
  maxPageSize: 2,
  queuedPages: 0,
  added: 0,
  pageKeys: [],
  ...more,
})
const owner = 'a'
const openidOf = (number: number) => id(`o${`${number}`.padStart(27, '0')}`)

async function openidsOf(store: SyncRunStore, syncRun: SyncRun): Promise<OpenId[]> {
  return (await Array.fromAsync(store.openids(syncRun))).flat()
}

/** What every store of sync runs must do; `make` gives an empty one. */
export function syncRunStoreContract(make: () => Promise<SyncRunStore>): void {
  const makeLeased = async () => {
    const store = await make()
    await store.takeLease({ owner, now: 0, until: 60_000 })
    return store
  }
  const it = test.extend('store', makeLeased)
  const save = async (store: SyncRunStore, syncRun: SyncRun, openids: readonly OpenId[]): Promise<SyncRun> => {
    const saved = await store.savePage(syncRun, openids, owner)
    if (saved === undefined) throw new Error('the lease was lost')
    return saved
  }

  it('knows no sync run at first', async () => {
    expect(await (await make()).state()).toEqual({})
  })

  it('lets one process sync at a time: its lease can be prolonged, taken over when it has run out, and given back', async () => {
    const store = await make()
    expect(await store.takeLease({ owner, now: 0, until: 60 })).toBe(true)
    expect(await store.takeLease({ owner: 'b', now: 59, until: 120 })).toBe(false)
    expect(await store.takeLease({ owner, now: 59, until: 100 })).toBe(true)
    expect(await store.takeLease({ owner: 'b', now: 60, until: 160 })).toBe(false)
    expect(await store.takeLease({ owner: 'b', now: 100, until: 160 })).toBe(true)
    await store.freeLease(owner)
    expect(await store.takeLease({ owner, now: 101, until: 200 })).toBe(false)
    await store.freeLease('b')
    expect(await store.takeLease({ owner, now: 101, until: 200 })).toBe(true)
  })

  it('takes nothing from a process that lost the lease', async ({ store }) => {
    const saved = await save(store, run(), [id('o1')])
    await store.takeLease({ owner: 'b', now: 60_000, until: 90_000 })
    expect(await store.savePage(run({ pages: 2 }), [id('o2')], owner)).toBeUndefined()
    expect(await store.complete(saved, owner)).toBe(false)
    expect(await store.abandon(owner)).toBe(false)
    expect(await store.pause(99, owner)).toBe(false)
    expect(await store.state()).toEqual({ current: saved })
    expect(await openidsOf(store, saved)).toEqual(['o1'])
  })

  it('keeps the checkpoint and the openids of each page, in order', async ({ store }) => {
    const one = await save(store, run({ next: id('o2') }), [openidOf(1), id('o2')])
    expect(await store.state()).toEqual({ current: one })
    const two = await save(store, run({ pages: 2, pageKeys: one.pageKeys }), [openidOf(3)])
    expect(await store.state()).toEqual({ current: two })
    expect(await openidsOf(store, two)).toEqual([openidOf(1), 'o2', openidOf(3)])
  })

  it('takes a page of 10,000 openids and gives it back in order', async ({ store }) => {
    const openids = Array.from({ length: 10_000 }, (_, index) => openidOf(index))
    expect(await openidsOf(store, await save(store, run(), openids))).toEqual(openids)
  })

  // DynamoDB takes 400 KB a row; an openid may have up to 128 characters.
  it.for([27, 64, 128])(
    'takes a page of 10,000 openids of %i characters, and lets people and page go',
    async (length, { store }) => {
      const openids = Array.from({ length: 10_000 }, (_, index) => id(`${index}`.padStart(length, 'o')))
      const first = await save(store, run(), openids)
      const [gone, gone2] = [openids[3] ?? id('o'), openids[9_998] ?? id('o')]
      expect(new Set(await openidsOf(store, first))).toEqual(new Set(openids))
      await store.forget(new Set([gone, gone2]))
      expect(new Set(await openidsOf(store, first))).toEqual(
        new Set(openids.filter(openid => openid !== gone && openid !== gone2)),
      )
      await store.complete(first, owner)
      const second = await save(store, run({ id: 'w2' }), [...openids.slice(0, 5_000), openidOf(1)])
      expect((await openidsOf(store, second)).length).toBe(5_001)
      await store.complete(second, owner)
      expect(await openidsOf(store, first)).toEqual([])
    },
  )

  it('makes a sync run the last complete one and deletes the one before', async ({ store }) => {
    const first = await save(store, run(), [id('o1')])
    await store.complete(first, owner)
    expect(await store.state()).toEqual({ complete: first })
    const second = await save(store, run({ id: 'w2' }), [id('o2')])
    expect(await store.state()).toEqual({ current: second, complete: first })
    expect(await store.complete(second, owner)).toBe(true)
    expect(await store.state()).toEqual({ complete: second })
    expect(await openidsOf(store, first)).toEqual([])
    expect(await openidsOf(store, second)).toEqual(['o2'])
  })

  it('drops a sync run that leads nowhere, and keeps the last complete one', async ({ store }) => {
    const complete = await save(store, run(), [id('o1')])
    await store.complete(complete, owner)
    const current = await save(store, run({ id: 'w2' }), [id('o2')])
    expect(await store.abandon(owner)).toBe(true)
    expect(await store.state()).toEqual({ complete })
    expect(await openidsOf(store, current)).toEqual([])
    expect(await openidsOf(store, complete)).toEqual(['o1'])
  })

  it('remembers until when no page is read, or a sync run is complete', async ({ store }) => {
    expect(await store.pause(123, owner)).toBe(true)
    expect(await store.state()).toEqual({ pausedUntil: 123 })
    const complete = await save(store, run({ removed: 3 }), [id('o1')])
    await store.complete(complete, owner)
    expect(await store.state()).toEqual({ complete })
  })

  it('takes people out of the sync run under way and of the last complete one', async ({ store }) => {
    const complete = await save(store, run(), [openidOf(1), openidOf(2)])
    await store.complete(complete, owner)
    const current = await save(store, run({ id: 'w2' }), [id('o3'), openidOf(2)])
    await store.forget(new Set([openidOf(2)]))
    expect(await openidsOf(store, complete)).toEqual([openidOf(1)])
    expect(await openidsOf(store, current)).toEqual(['o3'])
  })
}

import { expect, test } from 'vitest'

import { appids } from '../../kit/app.ts'
import type { Image, ImageStore } from '../../lib/images/ports.ts'
import { inParallel } from '../../lib/pool.ts'
import { id, miniAppid } from '../ids.ts'

const expected: Image = {
  id: 'i'.repeat(22),
  owner: 'w'.repeat(22),
  mini: appids.mini,
  miniOpenid: id('mini-1'),
  contentType: 'image/png',
  state: 'expected',
  size: 1234,
  asks: 0,
  createdAt: 1_700_000_000_000,
  at: 1_700_000_000_000,
}

/** What every store of uploads must do; `make` gives an empty one. */
export function imageStoreContract(make: () => Promise<ImageStore>): void {
  const it = test.extend('store', () => make())
  it('finds what is expected, and nothing else', async ({ store }) => {
    await store.expect(expected)
    expect(await store.find(expected.id)).toEqual(expected)
    expect(await store.find('j'.repeat(22))).toBeUndefined()
  })

  it('lets one of many move a picture on', async ({ store }) => {
    await store.expect(expected)
    const served: Image = { ...expected, state: 'served', width: 3, height: 2, at: expected.at + 1 }
    const moved = await Promise.all([1, 2, 3].map(width => store.move({ ...served, width }, 'expected')))
    expect(moved.filter(Boolean)).toHaveLength(1)
    const found = await store.find(expected.id)
    expect(found).toEqual({ ...served, width: found?.width })
    expect(await store.move({ ...expected, state: 'refused', reason: 'risky' }, 'checking')).toBe(false)
    expect(await store.move({ ...expected, id: 'j'.repeat(22) }, 'expected')).toBe(false)
    expect(await store.find('j'.repeat(22))).toBeUndefined()
  })

  it('finds a picture by the trace_id of its present check only', async ({ store }) => {
    const traced = (traceId: string) => store.traced(appids.mini, traceId)
    await store.expect(expected)
    const checking: Image = { ...expected, state: 'checking', asks: 1, traceId: 'trace-1' }
    await store.move(checking, 'expected')
    expect(await traced('trace-1')).toEqual(checking)
    await store.move({ ...checking, asks: 2, traceId: 'trace-2' }, 'checking')
    expect([await traced('trace-1'), await traced('trace-3')]).toEqual([undefined, undefined])
    expect(await traced('trace-2')).toMatchObject({ id: expected.id, asks: 2 })
  })

  it('finds by a trace_id a picture of that mini program only', async ({ store }) => {
    const [one, other] = [expected, { ...expected, id: 'j'.repeat(22), mini: miniAppid }]
    for (const it of [one, other]) await store.expect(it)
    await store.move({ ...one, state: 'checking', traceId: 'trace-1' }, 'expected')
    expect(await store.traced(miniAppid, 'trace-1')).toBeUndefined()
    await store.move({ ...other, state: 'checking', traceId: 'trace-1' }, 'expected')
    const found = await Promise.all([appids.mini, miniAppid].map(it => store.traced(it, 'trace-1')))
    expect(found.map(it => it?.id)).toEqual([one.id, other.id])
  })

  it('finds all of an owner, whatever became of it, and removes it for good', async ({ store }) => {
    const ids = Array.from({ length: 1001 }, (_, index) => `${index}`.padStart(22, '0'))
    await inParallel(ids, 20, it => store.expect({ ...expected, id: it }))
    await store.expect({ ...expected, id: 'j'.repeat(22), owner: 'x'.repeat(22) })
    await store.countUpload(expected.owner, '2026-11-22', 3)
    const [first = '', second = ''] = ids
    await store.move({ ...expected, id: first, state: 'served' }, 'expected')
    await store.move({ ...expected, id: second, state: 'checking', traceId: 'trace-1' }, 'expected')
    const found = await Array.fromAsync(store.ofOwner(expected.owner))
    expect(found.flat().sort()).toEqual(ids)
    expect(Math.max(...found.map(it => it.length))).toBe(1000)
    for (const it of [first, second, second]) await store.remove(it)
    expect((await Array.fromAsync(store.ofOwner(expected.owner))).flat().sort()).toEqual(ids.slice(2))
    expect([await store.find(first), await store.traced(appids.mini, 'trace-1')]).toEqual([undefined, undefined])
    expect(await store.move({ ...expected, id: first, state: 'served' }, 'served')).toBe(false)
    expect((await Array.fromAsync(store.ofOwner('x'.repeat(22)))).flat()).toEqual(['j'.repeat(22)])
    expect((await Array.fromAsync(store.ofOwner('y'.repeat(22)))).flat()).toEqual([])
  })

  it('counts the uploads of an owner and a day up to the most, also at once', async ({ store }) => {
    const counted = await Promise.all([1, 2, 3, 4, 5].map(() => store.countUpload('one', '2026-11-22', 3)))
    expect(counted.filter(Boolean)).toHaveLength(3)
    expect(await store.countUpload('other', '2026-11-22', 3)).toBe(true)
    expect(await store.countUpload('one', '2026-11-23', 3)).toBe(true)
    expect(await store.countUpload('one', '2026-11-22', 4)).toBe(true)
    expect(await store.countUpload('one', '2026-11-22', 4)).toBe(false)
  })
}

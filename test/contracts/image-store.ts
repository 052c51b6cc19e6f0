import { expect, it } from 'vitest'

import type { Image, ImageStore } from '../../lib/image-ports.ts'
import { id } from '../ids.ts'

const expected: Image = {
  id: 'i'.repeat(22),
  owner: 'w'.repeat(22),
  miniOpenid: id('mini-1'),
  contentType: 'image/png',
  state: 'expected',
  size: 1234,
  asks: 0,
  at: 1_700_000_000_000,
}

/** What every store of uploads must do; `make` gives an empty one. */
export function imageStoreContract(make: () => Promise<ImageStore>): void {
  it('finds what is expected, and nothing else', async () => {
    const store = await make()
    await store.expect(expected)
    expect(await store.find(expected.id)).toEqual(expected)
    expect(await store.find('j'.repeat(22))).toBeUndefined()
  })

  it('lets one of many move a picture on', async () => {
    const store = await make()
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

  it('finds a picture by the trace_id of its present check only', async () => {
    const store = await make()
    await store.expect(expected)
    const checking: Image = { ...expected, state: 'checking', asks: 1, traceId: 'trace-1' }
    await store.move(checking, 'expected')
    expect(await store.traced('trace-1')).toEqual(checking)
    await store.move({ ...checking, asks: 2, traceId: 'trace-2' }, 'checking')
    expect([await store.traced('trace-1'), await store.traced('trace-3')]).toEqual([undefined, undefined])
    expect(await store.traced('trace-2')).toMatchObject({ id: expected.id, asks: 2 })
  })

  it('counts the uploads of an owner and a day up to the most, also at once', async () => {
    const store = await make()
    const counted = await Promise.all([1, 2, 3, 4, 5].map(() => store.countUpload('one', '2026-11-22', 3)))
    expect(counted.filter(Boolean)).toHaveLength(3)
    expect(await store.countUpload('other', '2026-11-22', 3)).toBe(true)
    expect(await store.countUpload('one', '2026-11-23', 3)).toBe(true)
    expect(await store.countUpload('one', '2026-11-22', 4)).toBe(true)
    expect(await store.countUpload('one', '2026-11-22', 4)).toBe(false)
  })
}

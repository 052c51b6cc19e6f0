import { expect, it } from 'vitest'

import type { OpenId } from '../../lib/identifiers.ts'
import type { Walk, WalkStore } from '../../lib/ports.ts'
import { id } from '../ids.ts'

const walk = (more: Partial<Walk> = {}): Walk => ({
  id: 'w1',
  startedAt: 10,
  pages: 1,
  followers: 3,
  total: 6,
  ...more,
})

async function openidsOf(store: WalkStore, it: Walk): Promise<OpenId[]> {
  return (await Array.fromAsync(store.openids(it))).flat()
}

/** What every store of walks must do; `make` gives an empty one. */
export function walkStoreContract(make: () => Promise<WalkStore>): void {
  it('knows no walk at first', async () => {
    expect(await (await make()).state()).toEqual({})
  })

  it('keeps the checkpoint and the openids of each page; a page saved twice counts once', async () => {
    const store = await make()
    const [one, two] = [walk({ next: id('o2') }), walk({ pages: 2, followers: 4 })]
    await store.savePage(one, [id('o1'), id('o2')])
    await store.savePage(two, [id('o3')])
    await store.savePage(two, [id('o3')])
    expect(await store.state()).toEqual({ current: two })
    expect(await openidsOf(store, two)).toEqual(['o1', 'o2', 'o3'])
  })

  it('takes a page of 10,000 openids and gives it back in order', async () => {
    const store = await make()
    const openids = Array.from({ length: 10_000 }, (_, index) => id(`o${`${index}`.padStart(27, '0')}`))
    await store.savePage(walk(), openids)
    expect(await openidsOf(store, walk())).toEqual(openids)
  })

  it('makes a walk the last complete one and lets the one before go', async () => {
    const store = await make()
    const [first, second] = [walk(), walk({ id: 'w2' })]
    await store.savePage(first, [id('o1')])
    await store.complete(first)
    expect(await store.state()).toEqual({ complete: first })
    await store.savePage(second, [id('o2')])
    expect(await store.state()).toEqual({ current: second, complete: first })
    await store.complete(second)
    expect(await store.state()).toEqual({ complete: second })
    expect(await openidsOf(store, first)).toEqual([])
    expect(await openidsOf(store, second)).toEqual(['o2'])
  })
}

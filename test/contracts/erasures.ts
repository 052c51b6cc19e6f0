import { expect, it } from 'vitest'

import type { Erasures } from '../../lib/followers/ports.ts'
import { id } from '../ids.ts'

const [one, two] = [id('o1'), id('o2')]

/** What every store of erasures must do; `make` gives an empty one. */
export function erasuresContract(make: () => Promise<Erasures>): void {
  it('knows who is marked, since when, and until they are not any more', async () => {
    const erasures = await make()
    await erasures.mark(one, 7)
    expect(await erasures.marksOf([one, two])).toEqual(new Map([[one, 7]]))
    const isErased = await erasures.all()
    expect([one, two].map(isErased)).toEqual([true, false])
    await erasures.mark(one, 5)
    expect(await erasures.marksOf([one])).toEqual(new Map([[one, 7]]))
    await erasures.unmark(one, 7)
    expect(await erasures.marksOf([one])).toEqual(new Map([[one, 7]]))
    await erasures.unmark(one, 8)
    await erasures.unmark(two, 8)
    expect(await erasures.marksOf([one, two])).toEqual(new Map())
    expect([one, two].map(await erasures.all())).toEqual([false, false])
  })
}

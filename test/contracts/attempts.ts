import { expect, test } from 'vitest'
import type { AttemptStore } from '../../lib/send/ports.ts'
import { attemptName } from '../../lib/send/short-names.ts'
import { officialAppid as official } from '../ids.ts'

const noon = Date.parse('2026-11-22T12:00:00+08:00')
const names = (from: number, count: number) =>
  Array.from({ length: count }, (_, index) => attemptName({ id: `e${from + index}`, official }))

/** What every store of attempts must do; `make` gives an empty one. */
export function attemptsContract(make: () => Promise<AttemptStore>): void {
  const it = test.extend('store', () => make())
  it('answers all attempts with all their names, the oldest first', async ({ store }) => {
    const [one, other] = [
      { id: 'a', at: noon, names: names(0, 100) },
      { id: 'b', at: noon + 180_000, names: names(50, 500) },
    ]
    await store.write(other)
    await store.write(one)
    expect(await store.open()).toEqual([one, other])
  })

  it('keeps two attempts of one instant apart, and writes over one by its id', async ({ store }) => {
    await store.write({ id: 'a', at: noon, names: names(0, 3) })
    await store.write({ id: 'b', at: noon, names: names(3, 3) })
    await store.write({ id: 'a', at: noon, names: names(2, 1) })
    expect((await store.open()).flatMap(it => it.names)).toEqual(names(2, 4))
  })

  it('lets an attempt go that names nothing any more', async ({ store }) => {
    await store.write({ id: 'a', at: noon, names: names(0, 3) })
    await store.write({ id: 'a', at: noon, names: [] })
    await store.write({ id: 'b', at: noon, names: [] })
    expect(await store.open()).toEqual([])
  })
}

import { expect, test } from 'vitest'

import type { Journal } from '../../lib/followers/ports.ts'
import { id } from '../ids.ts'

const [one, two, three] = [id('o1'), id(`o${'2'.repeat(27)}`), id('o3')]

/** What every journal of followers must do; `make` gives an empty one. */
export function journalContract(make: () => Promise<Journal>): void {
  const it = test.extend('journal', () => make())
  it('has no entries at first', async () => {
    expect(await Array.fromAsync((await make()).entries())).toEqual([])
  })

  it('keeps every entry, also of one instant, until it is dropped', async ({ journal }) => {
    await journal.note({ follow: [one, two], unfollow: [] }, 5_000)
    await journal.note({ follow: [], unfollow: [three] }, 5_000)
    const entries = await Array.fromAsync(journal.entries())
    expect(entries).toHaveLength(2)
    expect(entries.map(entry => entry.notedAt)).toEqual([5_000, 5_000])
    // Packed, those of the usual length stand first.
    expect(new Set(entries.flatMap(entry => entry.follow))).toEqual(new Set([one, two]))
    expect(entries.flatMap(entry => entry.unfollow)).toEqual([three])
    await journal.drop(entries.slice(0, 1).map(entry => entry.key))
    expect(await Array.fromAsync(journal.entries())).toEqual(entries.slice(1))
  })

  it.each([27, 64, 128])('takes 10,000 openids of %i characters at once', async length => {
    const journal = await make()
    const openids = Array.from({ length: 10_000 }, (_, index) => id(`${index}`.padStart(length, 'o')))
    const noted = { follow: openids.slice(0, 9_000), unfollow: openids.slice(9_000) }
    await journal.note(noted, 5_000)
    await journal.forget(new Set(openids.slice(8_999, 9_001)))
    const entries = await Array.fromAsync(journal.entries())
    expect(new Set(entries.flatMap(entry => entry.follow))).toEqual(new Set(noted.follow.slice(0, -1)))
    expect(new Set(entries.flatMap(entry => entry.unfollow))).toEqual(new Set(noted.unfollow.slice(1)))
  })

  it('takes people out of its entries', async ({ journal }) => {
    await journal.note({ follow: [one, two], unfollow: [three] }, 5_000)
    await journal.note({ follow: [two], unfollow: [] }, 6_000)
    await journal.forget(new Set([two]))
    expect(await Array.fromAsync(journal.entries())).toMatchObject([
      { follow: [one], unfollow: [three], notedAt: 5_000 },
    ])
  })
}

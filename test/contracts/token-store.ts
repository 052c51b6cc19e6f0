import { expect, test } from 'vitest'

import type { TokenStore } from '../../lib/tokens/ports.ts'
import { miniAppid, officialAppid } from '../ids.ts'

const token = (generation: number) => ({
  accessToken: `9_token${generation}`,
  issuedAt: 900_000 * generation,
  expiresAt: 1_000_000 * generation,
  generation,
})

/** What every store of access tokens must do; `make` gives an empty one. */
export function tokenStoreContract(make: () => Promise<TokenStore>): void {
  const it = test.extend('store', () => make())
  it('has no token at first, not even while a lease runs', async ({ store }) => {
    expect(await store.read(officialAppid)).toBeUndefined()
    await store.takeLease(officialAppid, { owner: 'a', now: 0, until: 10 })
    expect(await store.read(officialAppid)).toBeUndefined()
  })

  it('gives the lease to one of many contenders', async ({ store }) => {
    const owners = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']
    const taken = await Promise.all(owners.map(owner => store.takeLease(officialAppid, { owner, now: 5, until: 10 })))
    expect(taken.filter(Boolean)).toHaveLength(1)
  })

  it('gives its holder the lease again: the answer to the first try may have been lost', async ({ store }) => {
    expect(await store.takeLease(officialAppid, { owner: 'a', now: 0, until: 10 })).toBe(true)
    expect(await store.takeLease(officialAppid, { owner: 'a', now: 1, until: 11 })).toBe(true)
    expect(await store.takeLease(officialAppid, { owner: 'b', now: 10, until: 20 })).toBe(false)
  })

  it('gives the lease on when it has run out or was freed, and keeps the apps apart', async ({ store }) => {
    expect(await store.takeLease(officialAppid, { owner: 'a', now: 0, until: 10 })).toBe(true)
    expect(await store.takeLease(miniAppid, { owner: 'b', now: 0, until: 10 })).toBe(true)
    expect(await store.takeLease(officialAppid, { owner: 'b', now: 9, until: 20 })).toBe(false)
    expect(await store.takeLease(officialAppid, { owner: 'b', now: 10, until: 20 })).toBe(true)
    await store.freeLease(officialAppid, 'a')
    expect(await store.takeLease(officialAppid, { owner: 'c', now: 11, until: 20 })).toBe(false)
    await store.freeLease(officialAppid, 'b')
    expect(await store.takeLease(officialAppid, { owner: 'c', now: 11, until: 20 })).toBe(true)
  })

  it('takes a token from the holder of the lease alone, and frees the lease with it', async ({ store }) => {
    await store.takeLease(officialAppid, { owner: 'a', now: 0, until: 10 })
    expect(await store.write(officialAppid, token(1), 'b')).toBe(false)
    expect(await store.write(officialAppid, token(1), 'a')).toBe(true)
    expect(await store.read(officialAppid)).toEqual(token(1))
    expect(await store.takeLease(officialAppid, { owner: 'b', now: 1, until: 10 })).toBe(true)
  })

  it('never takes an older generation over a newer one', async ({ store }) => {
    await store.takeLease(officialAppid, { owner: 'a', now: 0, until: 10 })
    await store.write(officialAppid, token(2), 'a')
    await store.takeLease(officialAppid, { owner: 'b', now: 20, until: 30 })
    expect(await store.write(officialAppid, token(1), 'b')).toBe(false)
    expect(await store.write(officialAppid, token(2), 'b')).toBe(false)
    expect(await store.read(officialAppid)).toEqual(token(2))
  })
}

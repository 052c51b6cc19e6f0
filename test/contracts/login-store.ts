import { expect, test } from 'vitest'

import type { LoginStore } from '../../lib/login/ports.ts'

const result = 'sealed'
const by = (owner: string, now: number) => ({ owner, now, until: now + 15_000, expiresAt: now + 300_000 })

/** What every store of login codes must do; `make` gives an empty one. */
export function loginStoreContract(make: () => Promise<LoginStore>): void {
  const it = test.extend('store', () => make())
  it('gives a code to one of many that come at once', async ({ store }) => {
    const claims = await Promise.all(['a', 'b', 'c', 'd', 'e'].map(it => store.claim('hash', by(it, 1000))))
    expect(claims.filter(it => it.kind === 'mine')).toHaveLength(1)
  })

  it('answers later comers with the result', async ({ store }) => {
    await store.claim('hash', by('a', 1000))
    expect(await store.claim('hash', by('b', 2000))).toEqual({ kind: 'theirs' })
    await store.finish('hash', 'a', result)
    expect(await store.claim('hash', by('b', 3000))).toEqual({ kind: 'theirs', result })
  })

  it('lets another one try when the first was killed, gave the code back, or the code is past its time', async ({
    store,
  }) => {
    await store.claim('killed', by('a', 1000))
    expect(await store.claim('killed', by('b', 16_000))).toEqual({ kind: 'mine' })

    await store.claim('released', by('a', 1000))
    await store.release('released', 'a')
    expect(await store.claim('released', by('b', 1001))).toEqual({ kind: 'mine' })

    await store.claim('old', by('a', 1000))
    await store.finish('old', 'a', result)
    expect(await store.claim('old', by('b', 400_000))).toEqual({ kind: 'mine' })
    expect(await store.claim('old', by('c', 400_001))).toEqual({ kind: 'theirs' })
  })

  it('gives a claim to its owner again, whose first answer was lost, until it has a result', async ({ store }) => {
    await store.claim('hash', by('a', 1000))
    expect(await store.claim('hash', by('a', 1001))).toEqual({ kind: 'mine' })
    expect(await store.claim('hash', by('b', 1002))).toEqual({ kind: 'theirs' })
    await store.finish('hash', 'a', result)
    expect(await store.claim('hash', by('a', 1003))).toEqual({ kind: 'theirs', result })
  })

  it('lets whoever lost the claim neither finish it nor give it back', async ({ store }) => {
    await store.claim('hash', by('late', 1000))
    await store.claim('hash', by('successor', 16_000))
    await store.finish('hash', 'late', 'older')
    await store.release('hash', 'late')
    expect(await store.claim('hash', by('other', 16_001))).toEqual({ kind: 'theirs' })
    await store.finish('hash', 'successor', result)
    await store.finish('hash', 'late', 'older')
    for (const owner of ['late', 'successor']) await store.release('hash', owner)
    expect(await store.claim('hash', by('other', 16_002))).toEqual({ kind: 'theirs', result })
  })

  it('finishes nothing, and gives nothing back, where there is no claim', async ({ store }) => {
    await store.finish('hash', 'a', result)
    await store.release('hash', 'a')
    expect(await store.claim('hash', by('b', 1000))).toEqual({ kind: 'mine' })
  })
}

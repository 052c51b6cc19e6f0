import { expect, it } from 'vitest'

import type { LoginStore } from '../../lib/ports.ts'

const result = 'sealed'
const times = (now: number) => ({ now, until: now + 15_000, expiresAt: now + 300_000 })

/** What every store of login codes must do; `make` gives an empty one. */
export function loginStoreContract(make: () => Promise<LoginStore>): void {
  it('gives a code to one of many that come at once', async () => {
    const store = await make()
    const claims = await Promise.all([1, 2, 3, 4, 5].map(() => store.claim('hash', times(1000))))
    expect(claims.filter(it => it.kind === 'mine')).toHaveLength(1)
  })

  it('answers later comers with the result', async () => {
    const store = await make()
    await store.claim('hash', times(1000))
    expect(await store.claim('hash', times(2000))).toEqual({ kind: 'theirs' })
    await store.finish('hash', result)
    expect(await store.claim('hash', times(3000))).toEqual({ kind: 'theirs', result })
  })

  it('lets another one try when the first was killed, gave the code back, or the code is past its time', async () => {
    const store = await make()
    await store.claim('killed', times(1000))
    expect(await store.claim('killed', times(16_000))).toEqual({ kind: 'mine' })

    await store.claim('released', times(1000))
    await store.release('released')
    expect(await store.claim('released', times(1001))).toEqual({ kind: 'mine' })

    await store.claim('old', times(1000))
    await store.finish('old', result)
    expect(await store.claim('old', times(400_000))).toEqual({ kind: 'mine' })
    expect(await store.claim('old', times(400_001))).toEqual({ kind: 'theirs' })
  })
}

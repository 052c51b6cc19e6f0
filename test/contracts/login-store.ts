import { expect, it } from 'vitest'

import type { LoginResult, LoginStore } from '../../lib/ports.ts'
import { id } from '../ids.ts'

const result: LoginResult = {
  kind: 'identity',
  identity: { miniOpenid: id('oMini') },
  issuedAt: 7,
  reach: 'no-unionid',
}
const times = (now: number) => ({ now, until: now + 15_000, expiresAt: now + 300_000 })

/** What every store of login codes must do; `make` gives an empty one. */
export function loginStoreContract(make: () => Promise<LoginStore>): void {
  it('gives a code to one of many that come at once', async () => {
    const store = await make()
    const claims = await Promise.all([1, 2, 3, 4, 5].map(() => store.claim('hash', times(1000))))
    expect(claims.filter(it => it.kind === 'mine')).toHaveLength(1)
  })

  it('answers later comers with the result, refusals too', async () => {
    const store = await make()
    await store.claim('hash', times(1000))
    expect(await store.claim('hash', times(2000))).toEqual({ kind: 'theirs' })
    await store.finish('hash', result)
    expect(await store.claim('hash', times(3000))).toEqual({ kind: 'theirs', result })

    await store.claim('other', times(1000))
    await store.finish('other', { kind: 'refused', errcode: 40029, rid: 'r' })
    const refused = { kind: 'refused', errcode: 40029, rid: 'r' }
    expect(await store.claim('other', times(2000))).toEqual({ kind: 'theirs', result: refused })
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

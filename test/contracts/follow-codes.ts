import { expect, test } from 'vitest'

import type { FollowCodes } from '../../lib/followers/ports.ts'
import { newScene } from '../../lib/followers/scene.ts'
import { id, miniAppid, officialAppid, otherOfficialAppid } from '../ids.ts'

const user = { mini: miniAppid, miniOpenid: id('oMini') }
const [official, openid, other] = [officialAppid, id('oOne'), id('oOther')]

/** What every store of follow codes must do; `make` gives an empty one. */
export function followCodesContract(make: () => Promise<FollowCodes>): void {
  const it = test.extend('store', () => make())
  it('gives a code to the first of many who scan it at once, and to them again', async ({ store }) => {
    const scene = newScene()
    await store.keep({ scene, official, user, until: 100 })
    const openids = ['a', 'b', 'c', 'd', 'e'].map(id)
    const claims = await Promise.all(openids.map(it => store.claim(scene, { official, openid: it, at: 50 })))
    expect(claims.filter(it => it.kind === 'mine')).toEqual([{ kind: 'mine', user }])
    expect(claims.filter(it => it.kind === 'used')).toHaveLength(4)
    const again = await Promise.all(openids.map(it => store.claim(scene, { official, openid: it, at: 50 })))
    expect(again).toEqual(claims)
  })

  it('knows no other scene, and none at another account', async ({ store }) => {
    const scene = newScene()
    await store.keep({ scene, official, user, until: 100 })
    expect(await store.claim(newScene(), { official, openid, at: 50 })).toEqual({ kind: 'unknown' })
    expect(await store.claim(scene, { official: otherOfficialAppid, openid, at: 50 })).toEqual({ kind: 'unknown' })
    expect(await store.claim(scene, { official, openid, at: 50 })).toMatchObject({ kind: 'mine' })
  })

  it('lets nobody use a code that was scanned after its time, and one who scanned it in time later', async ({
    store,
  }) => {
    const scene = newScene()
    await store.keep({ scene, official, user, until: 100 })
    expect(await store.claim(scene, { official, openid: other, at: 161 })).toEqual({ kind: 'expired' })
    expect(await store.claim(scene, { official, openid, at: 160 })).toMatchObject({ kind: 'mine' })
  })

  it('counts a user’s codes by the day', async ({ store }) => {
    const counted = async (day: string, more = {}) => store.count({ ...user, ...more }, day, 2)
    expect([await counted('2026-11-22'), await counted('2026-11-22'), await counted('2026-11-22')]).toEqual([
      true,
      true,
      false,
    ])
    expect(await counted('2026-11-23')).toBe(true)
    expect(await counted('2026-11-22', { miniOpenid: id('oMini2') })).toBe(true)
  })
}

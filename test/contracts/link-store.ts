import { expect, it } from 'vitest'

import type { FollowerRow } from '../../lib/link.ts'
import type { LinkStore } from '../../lib/ports.ts'
import { id } from '../ids.ts'

const openid = id('oOfficial')
const unionid = id('uPerson')
const miniOpenid = id('oMini')
const row = (more: Partial<FollowerRow> = {}): FollowerRow => ({
  openid,
  unionid,
  following: true,
  followedAt: 90,
  at: 100,
  ...more,
})

/** What every store of links must do; `make` gives an empty one. */
export function linkStoreContract(make: () => Promise<LinkStore>): void {
  it('knows nobody at first', async () => {
    const people = await (await make()).resolve([{ openid }, { unionid }, { miniOpenid }])
    expect(people).toEqual(Array(3).fill({ known: false, following: false }))
  })

  it('finds a person by each of the three ids, in the order asked', async () => {
    const store = await make()
    await store.writeFollower(row(), undefined)
    await store.writeLogin({ miniOpenid, unionid }, 1)
    const person = { known: true, openid, unionid, following: true, followedAt: 90 }
    expect(await store.resolve([{ miniOpenid }, { openid: id('oOther') }, { unionid }, { openid }])).toEqual([
      person,
      { known: false, following: false },
      person,
      person,
    ])
  })

  it('joins both sides whichever came first', async () => {
    const store = await make()
    await store.writeLogin({ miniOpenid, unionid }, 1)
    expect(await store.resolve([{ miniOpenid }])).toEqual([{ known: true, unionid, following: false }])
    await store.writeFollower(row(), undefined)
    expect(await store.resolve([{ miniOpenid }])).toMatchObject([{ known: true, unionid, openid, following: true }])
  })

  it('knows a login without unionid, and heals when a later one brings it', async () => {
    const store = await make()
    await store.writeFollower(row(), undefined)
    await store.writeLogin({ miniOpenid }, 1)
    expect(await store.resolve([{ miniOpenid }])).toEqual([{ known: true, following: false }])
    await store.writeLogin({ miniOpenid, unionid }, 2)
    await store.writeLogin({ miniOpenid }, 3)
    expect(await store.resolve([{ miniOpenid }])).toMatchObject([{ unionid, openid, following: true }])
  })

  it('answers the rows of followers, and writes one only if it is still the one that was read', async () => {
    const store = await make()
    expect(await store.writeFollower(row(), undefined)).toBe(true)
    expect(await store.followers([openid, id('oOther')])).toEqual(new Map([[openid, row()]]))
    expect(await store.writeFollower(row({ at: 110 }), undefined)).toBe(false)
    const { followedAt: _, ...left } = row({ following: false, at: 120 })
    expect(await store.writeFollower(left, row())).toBe(true)
    expect(await store.followers([openid])).toEqual(new Map([[openid, left]]))
    expect(await store.resolve([{ unionid }])).toEqual([{ known: true, openid, unionid, following: false }])
    expect(await store.writeFollower(row({ at: 130 }), row())).toBe(false)
    expect(await store.followers([openid])).toEqual(new Map([[openid, left]]))
  })

  it('does not take a unionid for absent that another process has written in the same second', async () => {
    const store = await make()
    const { unionid: _, ...unbound } = row()
    await store.writeFollower(unbound, undefined)
    expect(await store.writeFollower(row(), unbound)).toBe(true)
    expect(await store.writeFollower(unbound, unbound)).toBe(false)
    expect((await store.followers([openid])).get(openid)).toMatchObject(row())
  })

  it('leads no old unionid to a person who has another one now', async () => {
    const store = await make()
    const other = id('uOther')
    await store.writeFollower(row(), undefined)
    await store.writeFollower(row({ unionid: other, at: 200 }), row())
    expect(await store.resolve([{ unionid }, { unionid: other }])).toMatchObject([
      { known: true, following: false },
      { known: true, following: true, openid },
    ])
  })

  it('does not let an older row of a follower undo what a unionid knows', async () => {
    const store = await make()
    await store.writeFollower(row({ following: false, at: 300 }), undefined)
    await store.writeFollower(row({ at: 200 }), undefined)
    expect(await store.resolve([{ unionid }, { openid }])).toMatchObject([{ following: false }, { following: false }])
  })
}

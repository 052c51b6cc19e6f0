import { describe, expect, test } from 'vitest'
import { id } from '../ids.ts'
import { type Links, ofOneAccount, person, rowOf as row, type Seen } from './links.ts'
import { severalAccounts } from './several-accounts.ts'

const { openid, unionid, miniOpenid, official, mini, atAccount, atMini } = person

/** What every store of links must do; `make` gives an empty one. */
export function linkStoreContract(make: () => Promise<Links>): void {
  ofOneAccount(make, oneAccount)
  describe('of several accounts', () => severalAccounts(make))
}

function oneAccount(make: () => Promise<Seen>): void {
  const it = test.extend('store', () => make())

  it('knows nobody at first', async ({ store }) => {
    const people = await store.resolve([atAccount, { unionid }, atMini])
    expect(people).toEqual(Array(3).fill({ known: false, following: false }))
  })

  it('finds a person by each of the three ids, in the order asked', async ({ store }) => {
    await store.writeFollower(row(), undefined)
    await store.writeLogin({ mini, miniOpenid, unionid }, 1)
    const found = { known: true, openid, unionid, following: true, followedAt: 90 }
    expect(await store.resolve([atMini, { official, openid: id('oOther') }, { unionid }, atAccount])).toEqual([
      found,
      { known: false, following: false },
      found,
      found,
    ])
  })

  it('joins both sides whichever came first', async ({ store }) => {
    await store.writeLogin({ mini, miniOpenid, unionid }, 1)
    expect(await store.resolve([atMini])).toEqual([{ known: true, unionid, following: false }])
    await store.writeFollower(row(), undefined)
    expect(await store.resolve([atMini])).toMatchObject([{ known: true, unionid, openid, following: true }])
  })

  it('knows a login without unionid, and heals when a later one brings it', async ({ store }) => {
    await store.writeFollower(row(), undefined)
    await store.writeLogin(atMini, 1)
    expect(await store.resolve([atMini])).toEqual([{ known: true, following: false }])
    await store.writeLogin({ mini, miniOpenid, unionid }, 2)
    await store.writeLogin(atMini, 3)
    expect(await store.resolve([atMini])).toMatchObject([{ unionid, openid, following: true }])
  })

  it('answers the rows of followers, and writes one only if it is still the one that was read', async ({ store }) => {
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

  it('does not take a unionid for absent that another process has written in the same second', async ({ store }) => {
    const { unionid: _, ...unbound } = row()
    await store.writeFollower(unbound, undefined)
    expect(await store.writeFollower(row(), unbound)).toBe(true)
    expect(await store.writeFollower(unbound, unbound)).toBe(false)
    expect((await store.followers([openid])).get(openid)).toMatchObject(row())
  })

  it('leads no old unionid to a person who has another one now', async ({ store }) => {
    const other = id('uOther')
    await store.writeFollower(row(), undefined)
    await store.writeFollower(row({ unionid: other, at: 200 }), row())
    expect(await store.resolve([{ unionid }, { unionid: other }])).toMatchObject([
      { known: true, following: false },
      { known: true, following: true, openid },
    ])
  })

  it('does not let an older row of a follower undo what a unionid knows', async ({ store }) => {
    await store.writeFollower(row({ following: false, at: 300 }), undefined)
    await store.writeFollower(row({ at: 200 }), undefined)
    expect(await store.resolve([{ unionid }, atAccount])).toMatchObject([{ following: false }, { following: false }])
  })

  describe('by two openids of one person, as after a move of the account', () => {
    const newer = id('oOfficialMoved')
    const moved = row({ openid: newer, followedAt: 150, at: 150 })
    const { followedAt: _, ...left } = row({ following: false, at: 200 })
    const reached = { known: true, unionid, openid: newer, following: true }

    it('leads to the one that follows, whenever it is told that the other has left', async ({ store }) => {
      await store.writeFollower(row(), undefined)
      await store.writeFollower(moved, undefined)
      await store.writeFollower(left, row())
      expect(await store.resolve([{ unionid }])).toMatchObject([reached])
    })

    it('leads to the one that follows also if it is told of only after the other has left', async ({ store }) => {
      await store.writeFollower(row(), undefined)
      await store.writeFollower(left, row())
      await store.writeFollower(moved, undefined)
      expect(await store.resolve([{ unionid }])).toMatchObject([reached])
    })

    it('leads to the one that WeChat said of last that it follows, while nothing is told of the other', async ({
      store,
    }) => {
      await store.writeFollower(moved, undefined)
      await store.writeFollower(row(), undefined)
      expect(await store.resolve([{ unionid }])).toMatchObject([reached])
    })

    it('leads there still when both are put right', async ({ store }) => {
      await store.writeFollower(row(), undefined)
      await store.writeFollower(moved, undefined)
      await store.writeFollower(left, row())
      await store.rejoin([left, moved])
      expect(await store.resolve([{ unionid }])).toMatchObject([reached])
    })
  })

  it('puts a unionid right by what stands in the row of the openid now, not by what was read', async ({ store }) => {
    const { followedAt: _, ...left } = row({ following: false, at: 200 })
    await store.writeFollower(row(), undefined)
    await store.writeFollower(left, row())
    await store.rejoin([row()])
    expect(await store.resolve([{ unionid }])).toMatchObject([{ known: true, openid, following: false }])
    await store.rejoin([row({ openid: id('oNobody'), unionid: id('uNobody') })])
    expect(await store.resolve([{ unionid: id('uNobody') }])).toEqual([{ known: false, following: false }])
  })

  it('tells when somebody last logged in, by the unionid', async ({ store }) => {
    const others = [id('uFollower'), id('uStranger')]
    await store.writeFollower(row({ unionid: id('uFollower') }), undefined)
    await store.writeLogin({ mini, miniOpenid, unionid }, 5000)
    expect(await store.loginsOf([unionid, ...others])).toEqual(new Map([[unionid, 5000]]))
  })

  it('judges row by row: one that cannot be read fails only those who need it', async ({ store }) => {
    const [other, otherMini] = [row({ openid: id('oOther'), unionid: id('uOther') }), id('oOtherMini')]
    await store.writeFollower(row(), undefined)
    await store.writeFollower(other, undefined)
    await store.writeLogin({ mini, miniOpenid, unionid }, 1)
    await store.writeLogin({ mini, miniOpenid: otherMini, unionid: id('uOther') }, 1)
    const addresses = [
      atAccount,
      { unionid },
      atMini,
      { mini, miniOpenid: otherMini },
      { official, openid: id('oNew') },
    ]
    const isRead = async () => (await store.resolve(addresses)).map(it => it !== undefined)
    await store.spoil(atAccount)
    expect(await isRead()).toEqual([false, true, true, true, true])
    const unreadable = { openid, unionid, isUnreadable: true }
    const rows = await store.followers([openid, other.openid])
    expect(rows).toEqual(new Map<unknown, unknown>([[openid, unreadable]]).set(other.openid, other))
    await store.spoil({ unionid })
    expect(await isRead()).toEqual([false, false, false, true, true])
    await store.spoil({ mini, miniOpenid: otherMini })
    expect(await isRead()).toEqual([false, false, false, false, true])
  })

  it('writes over what cannot be read, and so mends both rows of a follower', async ({ store }) => {
    await store.writeFollower(row(), undefined)
    await store.writeLogin({ mini, miniOpenid, unionid }, 1)
    for (const address of [atAccount, { unionid }, atMini]) await store.spoil(address)
    expect(await store.writeFollower(row({ at: 200 }), undefined)).toBe(false)
    expect(await store.writeFollower(row({ at: 200 }), row())).toBe(false)
    const [stored] = (await store.followers([openid])).values()
    expect(await store.writeFollower(row({ at: 200 }), stored)).toBe(true)
    await store.writeLogin({ mini, miniOpenid, unionid }, 2)
    const found = { known: true, openid, unionid, following: true, followedAt: 90 }
    expect(await store.resolve([atAccount, { unionid }, atMini])).toEqual([found, found, found])
  })

  it('mends the row of a unionid alone', async ({ store }) => {
    await store.writeFollower(row(), undefined)
    await store.spoil({ unionid })
    await store.rejoin([row()])
    expect(await store.resolve([{ unionid }])).toMatchObject([{ known: true, openid, following: true }])
  })
}

import { describe, expect, test } from 'vitest'

import type { LinkStore, LinkUpkeep } from '../../lib/followers/ports.ts'
import type { OpenId } from '../../lib/identifiers.ts'
import { id, miniAppid, officialAppid, otherOfficialAppid } from '../ids.ts'

const [official, mini] = [officialAppid, miniAppid]
const [openid, otherOpenid] = [id('oOne'), id('oOther')]
const [miniOpenid, otherMini] = [id('mOne'), id('mOther')]
const link = { official, openid, mini, miniOpenid }
const user = { mini, miniOpenid }

type Store = LinkStore & LinkUpkeep

async function follow(store: Store, who: OpenId, more: object = {}, at = 10) {
  const stored = (await store.of(official).followers([who])).get(who)
  return store.of(official).writeFollower({ openid: who, following: true, followedAt: at, at, ...more }, stored)
}

/** Both openids follow, both users have logged in. */
async function open(store: Store): Promise<void> {
  for (const who of [openid, otherOpenid]) await follow(store, who)
  for (const who of [miniOpenid, otherMini]) await store.writeLogin({ mini, miniOpenid: who }, 5_000)
}

/** What every store of links must do about scans; `make` gives an empty one. */
export function scansContract(make: () => Promise<Store>): void {
  const it = test.extend('store', () => make())
  const reached = async (store: Store, who = miniOpenid) => {
    const account = (await store.resolve([{ mini, miniOpenid: who }]))[0]?.accounts.get(official)
    return account === 'unreadable' ? account : account?.openid
  }

  it('a scan joins a follower to a user, once and again', async ({ store }) => {
    await open(store)
    expect([await store.joinByScan(link, 20), await store.joinByScan(link, 20)]).toEqual(['join', 'join'])
    expect(await reached(store)).toBe(openid)
    expect(await store.idsOf({ official, openid })).toEqual([{ official, openid }, user])
    expect(await store.idsOf(user)).toEqual([user, { official, openid }])
    await store.endScans([link, link])
    expect(await reached(store)).toBeUndefined()
    expect(await store.idsOf(user)).toEqual([user])
  })

  it('the latest scan wins, in whichever order they are worked in, for the user and for the follower', async ({
    store,
  }) => {
    await open(store)
    await store.joinByScan(link, 30)
    expect(await store.joinByScan({ ...link, openid: otherOpenid }, 20)).toBe('superseded')
    expect(await store.joinByScan({ ...link, miniOpenid: otherMini }, 20)).toBe('superseded')
    expect(await reached(store)).toBe(openid)
    expect(await store.joinByScan({ ...link, openid: otherOpenid }, 40)).toBe('join')
    expect([await reached(store), await store.idsOf({ official, openid })]).toEqual([
      otherOpenid,
      [{ official, openid }],
    ])
    expect(await store.joinByScan({ ...link, openid: otherOpenid, miniOpenid: otherMini }, 50)).toBe('join')
    expect([await reached(store), await reached(store, otherMini)]).toEqual([undefined, otherOpenid])
    expect(await store.idsOf(user)).toEqual([user])
  })

  it('of many scans at once one link remains of each', async ({ store }) => {
    await open(store)
    const links = [link, { ...link, openid: otherOpenid }, { ...link, miniOpenid: otherMini }]
    await Promise.all(links.map((it, index) => store.joinByScan(it, 20 + index)))
    const all = [await reached(store), await reached(store, otherMini)].filter(it => it !== undefined)
    expect(new Set(all).size).toBe(all.length)
    expect(all.length).toBeGreaterThan(0)
  })

  it('nobody is joined who does not follow by that scan, or never logged in', async ({ store }) => {
    expect(await store.joinByScan(link, 20)).toBe('not-following')
    await follow(store, openid)
    expect(await store.joinByScan(link, 20)).toBe('no-such-user')
    await store.writeLogin(user, 5_000)
    await follow(store, openid, { following: false }, 30)
    expect(await store.joinByScan(link, 20)).toBe('not-following')
    await follow(store, openid, {}, 40)
    expect(await store.joinByScan(link, 20)).toBe('not-following')
    expect(await store.joinByScan(link, 40)).toBe('join')
  })

  it('who unfollows is linked no more, and the write that says so loses against a scan meanwhile', async ({
    store,
  }) => {
    await open(store)
    const before = (await store.of(official).followers([openid])).get(openid)
    await store.joinByScan(link, 20)
    const left = { openid, following: false, at: 30 }
    expect(await store.of(official).writeFollower(left, before)).toBe(false)
    await follow(store, openid, { following: false }, 30)
    expect(await reached(store)).toBeUndefined()
    expect(await store.idsOf(user)).toEqual([user])
    expect(await store.idsOf({ official, openid })).toEqual([{ official, openid }])
    await follow(store, openid, {}, 40)
    expect(await reached(store)).toBeUndefined()
  })

  describe('unionids', () => {
    it('that differ part them when they are read, and a scan joins them no more', async ({ store }) => {
      await open(store)
      await store.joinByScan(link, 20)
      await store.writeLogin({ ...user, unionid: id('u1') }, 30_000)
      expect(await reached(store)).toBe(openid)
      await follow(store, openid, { unionid: id('u2') }, 40)
      const [found] = await store.resolve([user])
      expect([found?.overruled, found?.accounts.get(official)]).toEqual([[link], undefined])
      expect(await store.joinByScan(link, 50)).toBe('other-unionid')
      expect(await store.idsOf({ official, openid })).not.toContainEqual(user)
    })

    it('that lead to another follower win', async ({ store }) => {
      await open(store)
      await store.joinByScan(link, 20)
      await follow(store, otherOpenid, { unionid: id('u1') }, 30)
      await store.writeLogin({ ...user, unionid: id('u1') }, 30_000)
      expect(await reached(store)).toBe(otherOpenid)
      expect((await store.resolve([user]))[0]?.overruled).toEqual([link])
    })

    it('that lead nowhere at this account leave the scan as it is', async ({ store }) => {
      await open(store)
      await store.writeLogin({ ...user, unionid: id('u1') }, 30_000)
      const elsewhere = { openid: id('oElse'), unionid: id('u1'), following: true, at: 30 }
      await store.of(otherOfficialAppid).writeFollower(elsewhere, undefined)
      expect(await store.joinByScan(link, 40)).toBe('join')
      const [found] = await store.resolve([user])
      expect([...(found?.accounts.keys() ?? [])].sort()).toEqual([official, otherOfficialAppid].sort())
    })
  })

  it('an erasure goes from each to the other, and keeps who came back apart', async ({ store }) => {
    await open(store)
    await store.joinByScan(link, 20)
    expect(await store.erase([user], 25)).toEqual([{ official, openid }])
    await store.writeLogin(user, 90_000)
    expect(await store.erase([user, { official, openid }], 25)).toEqual([])
    expect(await store.idsOf(user)).toEqual([user])
    expect((await store.of(official).followers([openid])).size).toBe(0)
    expect((await store.resolve([user]))[0]?.known).toBe(true)
  })

  it('a hundred users with unionid and scan are found at once', async ({ store }) => {
    const users = Array.from({ length: 100 }, (_, index) => ({ mini, miniOpenid: id(`m${index}`) }))
    for (const [index, it] of users.entries()) {
      await store.writeLogin({ ...it, unionid: id(`u${index}`) }, 5_000)
      await follow(store, id(`o${index}`))
      await store.joinByScan({ official, openid: id(`o${index}`), ...it }, 20)
    }
    const found = await store.resolve(users)
    expect(found.map(it => it?.accounts.get(official))).toEqual(
      users.map((_, index) => ({ openid: id(`o${index}`), following: true, followedAt: 10, isByScan: true })),
    )
  })
}

import { describe, expect, test } from 'vitest'
import type { FollowerRow } from '../../lib/followers/link.ts'
import type { OpenId } from '../../lib/identifiers.ts'
import { id } from '../ids.ts'
import { type Links, ofOneAccount, person, rowOf as row, type Seen } from './links.ts'
import { upkeepOfSeveralAccounts } from './several-accounts.ts'

const { openid, unionid, miniOpenid, official, mini, atAccount, atMini } = person
const everything = [atAccount, { unionid }, atMini] as const
const left = (more: Partial<FollowerRow> = {}): FollowerRow => ({ openid, unionid, following: false, at: 100, ...more })

/** What the upkeep of every store of links must do; `make` gives an empty store. */
export function linkUpkeepContract(make: () => Promise<Links>): void {
  ofOneAccount(make, oneAccount)
  describe('of several accounts', () => upkeepOfSeveralAccounts(make))
}

function oneAccount(make: () => Promise<Seen>): void {
  const makeWith = async (follower: FollowerRow, loginAt: number) => {
    const store = await make()
    await store.writeFollower(follower, undefined)
    await store.writeLogin({ mini, miniOpenid, unionid }, loginAt)
    return store
  }
  const it = test.extend('store', () => makeWith(row(), 50_000))
  const known = async (store: Awaited<ReturnType<typeof make>>) =>
    (await store.resolve(everything)).map(it => it?.known)

  it('completes the ids of a person from any of them', async ({ store }) => {
    for (const it of everything) expect(new Set(await store.idsOf(it))).toEqual(new Set(everything))
    expect(await store.idsOf({ official, openid: id('oNobody') })).toEqual([{ official, openid: 'oNobody' }])
  })

  it('erases all of a person', async ({ store }) => {
    await store.erase(everything, 200)
    expect(await known(store)).toEqual([false, false, false])
    expect(await store.followers([openid])).toEqual(new Map())
  })

  it('keeps what leads to ids that it was not told of, and answers these: a crash must not cut them off', async () => {
    const moved = id('uPersonMoved')
    const store = await makeWith(row(), 50_000)
    await store.writeFollower(row({ unionid: moved, formerly: [unionid], at: 101 }), row())
    expect(await store.erase([atAccount], 200)).toEqual([{ unionid: moved }, { unionid }])
    expect(await store.followers([openid])).not.toEqual(new Map())
    expect(await store.erase([atAccount, { unionid }, { unionid: moved }], 200)).toEqual([atMini])
    expect((await store.resolve([{ unionid }])).map(it => it?.known)).toEqual([true])
    expect(await store.erase([...everything, { unionid: moved }], 200)).toEqual([])
    expect(await known(store)).toEqual([false, false, false])
    expect(await store.resolve([{ unionid: moved }])).toEqual([{ known: false, following: false }])
    expect(await store.erase([...everything, { unionid: moved }], 200)).toEqual([])
  })

  it('erases nobody who followed again since', async () => {
    const again = await makeWith(row({ followedAt: 201, at: 201 }), 50_000)
    await again.erase(everything, 200)
    expect(await again.resolve(everything)).toMatchObject([
      { following: true },
      { following: true, openid },
      { known: false },
    ])
  })

  it('erases nobody who logged in again since: they follow all along', async () => {
    const store = await makeWith(row(), 201_000)
    expect(await store.erase(everything, 200)).toEqual([])
    expect(await store.resolve(everything)).toMatchObject(everything.map(() => ({ openid, unionid, following: true })))
  })

  it('erases who logged in within the second of the erasure request', async () => {
    const store = await makeWith(row(), 200_999)
    await store.erase(everything, 200)
    expect(await known(store)).toEqual([false, false, false])
  })

  it('erases of who logged in again what hangs on another unionid', async () => {
    const other = { openid: id('oOther'), unionid: id('uOther') }
    const store = await makeWith(row(), 201_000)
    await store.writeFollower(row(other), undefined)
    await store.erase([...everything, { official, openid: other.openid }, { unionid: other.unionid }], 200)
    expect(await store.resolve([{ official, openid: other.openid }, { unionid: other.unionid }])).toMatchObject([
      { known: false },
      { known: false },
    ])
    expect(await known(store)).toEqual([true, true, true])
  })

  it('erases what is only asked again after it: the follow was before', async () => {
    const store = await makeWith(row({ at: 300 }), 50_000)
    await store.erase(everything, 200)
    expect(await known(store)).toEqual([false, false, false])
  })

  it('erases also what cannot be read', async ({ store }) => {
    for (const it of [atAccount, { unionid }]) await store.spoil(it)
    await store.erase(everything, 200)
    expect(await known(store)).toEqual([false, false, false])
  })

  it('forgets who left by one openid and follows by another only by the one', async () => {
    const moved = row({ openid: id('oMoved'), at: 150 })
    const store = await makeWith(row(), 50_000)
    await store.writeFollower(moved, undefined)
    await store.writeFollower(left({ at: 200 }), row())
    await store.expire(official, openid, 300)
    expect(await known(store)).toEqual([false, true, true])
    expect(await store.resolve([atMini])).toMatchObject([{ openid: moved.openid, following: true }])
  })

  it('forgets who left, with their login; nobody who left later or came back', async () => {
    const store = await makeWith(left(), 900_000)
    await store.expire(official, openid, 99)
    expect(await known(store)).toEqual([true, true, true])
    await store.expire(official, openid, 100)
    expect(await known(store)).toEqual([false, false, false])
    expect(await store.expire(official, openid, 100)).toBe(true)
    const back = await makeWith(row(), 900_000)
    expect(await back.expire(official, openid, 100)).toBe(false)
    expect(await known(back)).toEqual([true, true, true])
  })

  it('finds who left, and who has no unionid, up to an instant, a hundred at a time', async () => {
    const store = await make()
    const name = (number: number) => id(`oLeft${number}`)
    for (let number = 0; number < 130; number++) {
      await store.writeFollower(left({ openid: name(number), unionid: id(`u${number}`), at: 100 + number }), undefined)
    }
    await store.writeFollower({ openid, following: true, followedAt: 90, at: 100 }, undefined)
    await store.writeFollower(row({ openid: id('oBound') }), undefined)
    const found: (readonly OpenId[])[] = await Array.fromAsync(store.waiting(official, 'left', 219))
    expect(Math.max(...found.map(it => it.length))).toBeLessThanOrEqual(100)
    expect(new Set(found.flat())).toEqual(new Set(Array.from({ length: 120 }, (_, number) => name(number))))
    expect((await Array.fromAsync(store.waiting(official, 'unbound', 100))).flat()).toEqual([openid])
  })

  it('lets go of who came back, or has a unionid now', async () => {
    const store = await makeWith(left(), 50_000)
    await store.writeFollower(row({ at: 110 }), left())
    expect((await Array.fromAsync(store.waiting(official, 'left', 900))).flat()).toEqual([])
    const { unionid: _, ...unbound } = row({ at: 110 })
    await store.writeFollower({ ...unbound, at: 120 }, row({ at: 110 }))
    expect((await Array.fromAsync(store.waiting(official, 'unbound', 900))).flat()).toEqual([openid])
    await store.writeFollower(row({ at: 130 }), { ...unbound, at: 120 })
    expect((await Array.fromAsync(store.waiting(official, 'unbound', 900))).flat()).toEqual([])
  })
}

/** What every store of links must do where people follow several accounts and use several mini programs. */

import { expect, test } from 'vitest'

import { type FollowerRow, personIn, type Reach, reachOf, readable } from '../../lib/followers/link.ts'
import type { Address } from '../../lib/identifiers.ts'
import { id, miniAppid, officialAppid, otherMiniAppid, otherOfficialAppid } from '../ids.ts'
import type { Links } from './links.ts'

const unionid = id('uPerson')
const [brand, region] = [officialAppid, otherOfficialAppid]
const [brandOpenid, regionOpenid] = [id('oBrand'), id('oRegion')]
const atBrand = { official: brand, openid: brandOpenid }
const atRegion = { official: region, openid: regionOpenid }
const atShop = { mini: miniAppid, miniOpenid: id('oShop') }
const atClub = { mini: otherMiniAppid, miniOpenid: id('oClub') }
const everything: readonly Address[] = [atBrand, atRegion, { unionid }, atShop, atClub]

const row = (more: Partial<FollowerRow>): FollowerRow => {
  return { openid: brandOpenid, unionid, following: true, followedAt: 90, at: 100, ...more }
}
const ofBrand = row({})
const ofRegion = row({ openid: regionOpenid, followedAt: 50, at: 60 })
const left = ({ followedAt: _, ...of }: FollowerRow, at: number): FollowerRow => ({ ...of, following: false, at })

/** Somebody who follows both accounts and has logged in to both mini programs. */
async function makeWithPerson(make: () => Promise<Links>): Promise<Links> {
  const links = await make()
  const writes = [
    links.of(brand).writeFollower(ofBrand, undefined),
    links.of(region).writeFollower(ofRegion, undefined),
    links.writeLogin({ ...atShop, unionid }, 50_000),
    links.writeLogin({ ...atClub, unionid }, 40_000),
  ]
  // At once: they write the same row of the unionid.
  await Promise.all(writes)
  return links
}

/** How each account reaches whoever these addresses lead to. */
async function reaches(links: Links, addresses: readonly Address[]): Promise<(readonly [Reach, Reach])[]> {
  const found = await links.resolve(addresses, 'everywhere')
  return found.map(it => [reachOf(readable(personIn(it, brand))), reachOf(readable(personIn(it, region)))])
}

async function known(links: Links): Promise<boolean[]> {
  return (await links.resolve(everything)).map(it => it?.known === true)
}

export function severalAccounts(make: () => Promise<Links>): void {
  const it = test.extend('links', () => makeWithPerson(make))

  it('finds a person who follows two and uses two mini programs by any of five ids', async ({ links }) => {
    const accounts = new Map([
      [brand, { openid: brandOpenid, following: true, followedAt: 90 }],
      [region, { openid: regionOpenid, following: true, followedAt: 50 }],
    ])
    for (const found of await links.resolve(everything, 'everywhere')) {
      expect(found).toEqual({ known: true, unionid, accounts })
    }
  })

  it('asks by an openid only its own account, unless all are asked, and says nothing of the others', async ({
    links,
  }) => {
    const [found] = await links.resolve([atBrand])
    expect(personIn(found, brand)).toMatchObject({ openid: brandOpenid, following: true })
    expect(() => personIn(found, region)).toThrow('only wx00000000000000aa was asked')
  })

  it('changes the reach of one account when the person leaves it, and no other', async ({ links }) => {
    await links.of(brand).writeFollower(left(ofBrand, 200), ofBrand)
    expect(await reaches(links, everything)).toEqual(everything.map(() => ['not-following', 'reachable']))
    await links.of(brand).writeFollower(row({ followedAt: 300, at: 300 }), left(ofBrand, 200))
    await links.of(region).writeFollower(left(ofRegion, 200), ofRegion)
    expect(await reaches(links, everything)).toEqual(everything.map(() => ['reachable', 'not-following']))
  })

  it('knows of whom follows one account that they do not follow the other, and without unionid not even that', async () => {
    const links = await make()
    const { unionid: _, ...unbound } = row({ openid: id('oUnbound') })
    await links.of(brand).writeFollower(ofBrand, undefined)
    await links.of(brand).writeFollower(unbound, undefined)
    expect(await reaches(links, [atBrand, { unionid }, { official: brand, openid: unbound.openid }])).toEqual([
      ['reachable', 'not-following'],
      ['reachable', 'not-following'],
      ['reachable', 'no-unionid'],
    ])
  })

  it('takes a person of one account for nobody of another by the same openid', async ({ links }) => {
    expect(await links.resolve([{ official: region, openid: brandOpenid }], 'everywhere')).toEqual([
      { known: false, accounts: new Map() },
    ])
    expect(await links.of(region).followers([brandOpenid])).toEqual(new Map())
  })

  it('finds people at the other accounts while what one says of them cannot be read', async ({ links }) => {
    await links.spoil({ unionid }, brand)
    await links.spoil(atRegion)
    const found = await links.resolve([atShop, { unionid }, atBrand, atRegion], 'everywhere')
    const isRead = [brand, region].map(account => found.map(it => personIn(it, account)?.following))
    expect(isRead).toEqual([
      [undefined, undefined, true, undefined],
      [true, true, true, undefined],
    ])
    await links.of(brand).rejoin([ofBrand])
    expect((await links.resolve([atShop])).map(it => personIn(it, brand)?.openid)).toEqual([brandOpenid])
  })

  it('lets each account move to another unionid for itself', async ({ links }) => {
    const moved = row({ unionid: id('uMoved'), formerly: [unionid], at: 200 })
    await links.of(brand).writeFollower(moved, ofBrand)
    expect(await reaches(links, [{ unionid }, { unionid: id('uMoved') }, atBrand, atRegion])).toEqual([
      ['not-following', 'reachable'],
      ['reachable', 'not-following'],
      ['reachable', 'not-following'],
      ['not-following', 'reachable'],
    ])
    expect(await links.of(brand).rejoin([moved])).toEqual(new Set())
    expect(await links.of(region).rejoin([ofRegion])).toEqual(new Set())
  })

  it('tells the last login to whichever mini program', async ({ links }) => {
    expect(await links.loginsOf([unionid])).toEqual(new Map([[unionid, 50_000]]))
    await links.writeLogin({ ...atClub, unionid }, 60_000)
    expect(await links.loginsOf([unionid])).toEqual(new Map([[unionid, 60_000]]))
    await links.writeLogin({ mini: miniAppid, miniOpenid: id('oOlder'), unionid }, 10_000)
    expect(new Set(await links.idsOf({ unionid }))).toEqual(new Set(everything))
  })
}

export function upkeepOfSeveralAccounts(make: () => Promise<Links>): void {
  const it = test.extend('links', () => makeWithPerson(make))

  it('completes the addresses of a person from any of them, in all apps', async ({ links }) => {
    for (const it of everything) expect(new Set(await links.idsOf(it))).toEqual(new Set(everything))
  })

  it('erases a person in all apps, once all their addresses are known', async ({ links }) => {
    expect(await links.erase([atBrand], 200)).toEqual([{ unionid }])
    expect(new Set(await links.erase([atBrand, { unionid }], 200))).toEqual(new Set([atRegion, atShop, atClub]))
    expect(await known(links)).toEqual([false, true, true, true, true])
    expect(await links.erase(everything, 200)).toEqual([])
    expect(await known(links)).toEqual(everything.map(() => false))
  })

  it('lets go of what leads to a follower who is gone, and of no other', async ({ links }) => {
    // Cut short before the row of the unionid, whose other addresses nobody knows yet.
    await links.erase([atBrand, { unionid }], 200)
    await links.of(brand).rejoin([row({ followedAt: 95 })])
    expect(new Set(await links.idsOf({ unionid }))).toEqual(new Set(everything.filter(it => it !== atBrand)))
    expect(await reaches(links, [{ unionid }, atShop])).toEqual(Array(2).fill(['not-following', 'reachable']))
  })

  it('erases of who followed one account again since all but that', async ({ links }) => {
    await links.of(brand).writeFollower(row({ followedAt: 201, at: 201 }), ofBrand)
    await links.erase(everything, 200)
    expect(await reaches(links, everything)).toEqual([
      ['reachable', 'not-following'],
      ['unknown', 'unknown'],
      ['reachable', 'not-following'],
      ['unknown', 'unknown'],
      ['unknown', 'unknown'],
    ])
    expect(await links.loginsOf([unionid])).toEqual(new Map())
  })

  it('keeps who logged in to one mini program since at all accounts that they follow', async ({ links }) => {
    await links.writeLogin({ ...atClub, unionid }, 201_000)
    await links.erase(everything, 200)
    expect(await reaches(links, [atBrand, atRegion, { unionid }, atClub])).toEqual(
      Array(4).fill(['reachable', 'reachable']),
    )
    expect((await links.resolve([atShop])).map(it => it?.known)).toEqual([false])
    expect(new Set(await links.idsOf({ unionid }))).toEqual(new Set(everything.filter(it => it !== atShop)))
  })

  it('erases a side that cannot be read, and no other that is newer', async ({ links }) => {
    await links.of(region).writeFollower(row({ openid: regionOpenid, followedAt: 300, at: 300 }), ofRegion)
    await links.spoil({ unionid }, brand)
    await links.erase(everything, 200)
    expect(await links.resolve([{ unionid }])).toEqual([
      {
        known: true,
        unionid,
        accounts: new Map([[region, { openid: regionOpenid, following: true, followedAt: 300 }]]),
      },
    ])
  })

  it('forgets who left one account there alone, and all of them with the last', async ({ links }) => {
    await links.of(brand).writeFollower(left(ofBrand, 200), ofBrand)
    expect(await links.expire(brand, brandOpenid, 300)).toBe(true)
    expect(await reaches(links, everything.slice(1))).toEqual(Array(4).fill(['not-following', 'reachable']))
    expect(new Set(await links.idsOf({ unionid }))).toEqual(new Set(everything.slice(1)))
    await links.of(region).writeFollower(left(ofRegion, 400), ofRegion)
    expect(await links.expire(region, regionOpenid, 400)).toBe(true)
    expect(await known(links)).toEqual(everything.map(() => false))
  })

  it('forgets all of who left both accounts, also at once', async ({ links }) => {
    await links.of(brand).writeFollower(left(ofBrand, 200), ofBrand)
    await links.of(region).writeFollower(left(ofRegion, 200), ofRegion)
    await Promise.all([links.expire(brand, brandOpenid, 300), links.expire(region, regionOpenid, 300)])
    expect(await known(links)).toEqual(everything.map(() => false))
  })

  it('finds for each account its own who left, and its own without unionid', async ({ links }) => {
    const { unionid: _, ...unbound } = row({ openid: id('oUnbound') })
    await links.of(brand).writeFollower(unbound, undefined)
    await links.of(region).writeFollower(left(ofRegion, 200), ofRegion)
    const waiting = async (account: typeof brand) => [
      (await Array.fromAsync(links.waiting(account, 'left', 900))).flat(),
      (await Array.fromAsync(links.waiting(account, 'unbound', 900))).flat(),
    ]
    expect([await waiting(brand), await waiting(region)]).toEqual([
      [[], [unbound.openid]],
      [[regionOpenid], []],
    ])
  })
}

import { describe, expect, it } from 'vitest'
import { memoryLinks } from '../../kit/memory-stores.ts'
import type { Apps } from '../../lib/apps.ts'
import { getReach, parseReach } from '../../lib/followers/reach.ts'
import { id, miniAppid, officialAppid, otherMiniAppid, otherOfficialAppid } from '../ids.ts'

const brand = { kind: 'official', name: 'brand', appid: officialAppid } as const
const region = { kind: 'official', name: 'region', appid: otherOfficialAppid } as const
const apps: Apps = {
  officials: [brand, region],
  minis: [
    { kind: 'mini', name: 'shop', appid: miniAppid, follows: brand },
    { kind: 'mini', name: 'club', appid: otherMiniAppid, follows: region },
  ],
}

describe('parseReach', () => {
  const [unionid, openid, miniOpenid] = [id('u-1'), id('o-1'), id('m-1')]

  it.each([
    [{ unionid }, { address: { unionid }, official: brand, isAll: false }],
    [
      { unionid, official: 'region' },
      { address: { unionid }, official: region, isAll: false },
    ],
    [
      { unionid, all: '' },
      { address: { unionid }, official: brand, isAll: true },
    ],
    [{ openid }, { address: { official: officialAppid, openid }, official: brand, isAll: false }],
    [
      { openid, official: 'region' },
      { address: { official: otherOfficialAppid, openid }, official: region, isAll: false },
    ],
    [{ miniOpenid }, { address: { mini: miniAppid, miniOpenid }, official: brand, isAll: false }],
    [
      { miniOpenid, mini: 'club' },
      { address: { mini: otherMiniAppid, miniOpenid }, official: region, isAll: false },
    ],
    [
      { miniOpenid, mini: 'club', official: 'brand', all: '' },
      { address: { mini: otherMiniAppid, miniOpenid }, official: brand, isAll: true },
    ],
  ])('reads %j', (query, question) => {
    expect(parseReach(query, apps)).toEqual(question)
  })

  it.each([
    [{}],
    [{ all: '' }],
    [{ openid: '' }],
    [{ openid: undefined }],
    [{ openid: 'a b' }],
    [{ openid: 'a', unionid: 'b' }],
    [{ openId: 'a' }],
    [{ openid: 'a', all: 'no' }],
    [{ openid: 'a', mini: 'shop' }],
  ])('refuses %j', query => {
    expect(() => parseReach(query, apps)).toThrow(expect.objectContaining({ code: 'address-invalid', status: 400 }))
  })

  it.each([
    [{ openid, official: 'shop' }],
    [{ openid, official: '' }],
    [{ miniOpenid, mini: 'brand' }],
    [{ miniOpenid, mini: 'shop', official: 'nobody' }],
  ])('refuses %j, which names no such app', query => {
    const message = '?official= is one of brand, region; ?mini= one of shop, club.'
    expect(() => parseReach(query, apps)).toThrow(
      expect.objectContaining({ code: 'app-invalid', status: 400, message }),
    )
  })
})

describe('getReach', () => {
  const row = { openid: id('o1'), unionid: id('u1'), following: true, followedAt: 1_795_320_000, at: 1_795_320_000 }
  const ask = (links: ReturnType<typeof memoryLinks>, query: Record<string, string>) =>
    getReach(parseReach(query, apps), { links, apps })

  it('says who can be reached, and what would change it', async () => {
    const links = memoryLinks()
    await links.of(officialAppid).writeFollower(row, undefined)
    expect(await ask(links, { unionid: 'u1' })).toEqual({ reach: 'reachable' })
    await links.of(officialAppid).writeFollower({ ...row, following: false, at: row.at + 1 }, row)
    const left = { reach: 'not-following', hint: 'The user must follow the Official Account brand.' }
    expect(await ask(links, { openid: 'o1' })).toEqual(left)
    const unknown = { reach: 'unknown', hint: expect.any(String) }
    expect(await ask(links, { openid: 'o2' })).toEqual(unknown)
    expect(await ask(links, { openid: 'o1', official: 'region' })).toEqual(unknown)
  })

  it('lists what each account says, if all are asked, also from the openid of one', async () => {
    const links = memoryLinks()
    await links.of(officialAppid).writeFollower(row, undefined)
    await links.of(otherOfficialAppid).writeFollower({ ...row, openid: id('o2') }, undefined)
    await links
      .of(otherOfficialAppid)
      .writeFollower(
        { openid: id('o2'), unionid: id('u1'), following: false, at: row.at + 1 },
        { ...row, openid: id('o2') },
      )
    const left = { reach: 'not-following', hint: 'The user must follow the Official Account region.' }
    const all = [
      { official: 'brand', reach: 'reachable', followedAt: '2026-11-22T04:00:00.000Z' },
      { official: 'region', ...left },
    ]
    expect(await ask(links, { openid: 'o1', all: '' })).toEqual({ reach: 'reachable', all })
    expect(await ask(links, { unionid: 'u1', official: 'region', all: '' })).toEqual({ ...left, all })
    await links.spoil({ unionid: id('u1') }, otherOfficialAppid)
    expect((await ask(links, { unionid: 'u1', all: '' })).all).toMatchObject([
      {},
      { official: 'region', reach: 'unreadable' },
    ])
  })
})

import { describe, expect, it } from 'vitest'

import { hasApps, readApps } from '../lib/app-list.ts'
import { findApp, findMini, findOfficial } from '../lib/apps.ts'
import { ConfigError } from '../lib/errors.ts'
import { miniAppid, officialAppid } from './ids.ts'

const pair = () => ({ official: officialAppid, mini: miniAppid })
const brand = { kind: 'official', appid: 'wx0000000000000001' }
const region = { kind: 'official', appid: 'wx0000000000000002' }
const shop = { kind: 'mini', appid: 'wx0000000000000003' }
const club = { kind: 'mini', appid: 'wx0000000000000004' }
const four = {
  region,
  brand: { ...brand, default: true },
  club: { ...club, follows: 'region' },
  shop: { ...shop, default: true },
}
const read = (list: unknown) => readApps({ prod: list }, 'prod', pair)

function problemsOf(read: () => unknown): readonly string[] {
  try {
    read()
    return []
  } catch (error) {
    if (error instanceof ConfigError) return error.problems
    throw error
  }
}

describe('the apps of a stage', () => {
  it('are two by the variables where the stage has no list', () => {
    const { officials, minis } = readApps({ prod: four }, 'dev', pair)
    expect(officials).toEqual([{ kind: 'official', name: 'official', appid: officialAppid }])
    expect(minis).toEqual([{ kind: 'mini', name: 'mini', appid: miniAppid, follows: officials[0] }])
    expect([hasApps({ prod: four }, 'dev'), hasApps({ prod: four }, 'prod')]).toEqual([false, true])
  })

  it('begin with the default of each kind, and say whom the users of a mini program are to follow', () => {
    const apps = read(four)
    expect(apps.officials.map(it => it.name)).toEqual(['brand', 'region'])
    expect(apps.minis.map(it => [it.name, it.follows.name])).toEqual([
      ['shop', 'brand'],
      ['club', 'region'],
    ])
    expect([findOfficial(apps)?.name, findMini(apps)?.name]).toEqual(['brand', 'shop'])
    expect([findOfficial(apps, 'region')?.appid, findMini(apps, 'club')?.appid]).toEqual([region.appid, club.appid])
    expect([findOfficial(apps, 'shop'), findMini(apps, 'brand'), findApp(apps, 'none')]).toEqual(
      Array(3).fill(undefined),
    )
    expect(findApp(apps, 'club')?.kind).toBe('mini')
  })

  it('need no default where there is one of a kind', () => {
    expect(read({ brand, shop }).minis[0].follows.name).toBe('brand')
  })

  it.each([
    ['a list', [], ['must be an object']],
    ['no mini program', { brand }, ['there is no mini program']],
    ['nothing', {}, ['there is no Official Account', 'there is no mini program']],
    ['no default of two', { brand, region, shop }, ['one Official Account must have "default": true']],
    [
      'two defaults',
      { ...four, region: { ...region, default: true } },
      ['region and brand: only one Official Account is the default'],
    ],
    [
      'an appid twice',
      { brand, shop: { ...shop, appid: brand.appid } },
      [`brand and shop have the same appid, ${brand.appid}`],
    ],
    ['another kind', { brand, shop: { ...shop, kind: 'game' } }, ['shop.kind must be official or mini']],
    ['a bad appid', { brand, shop: { ...shop, appid: 'wx1' } }, ['shop.appid must be wx and 16 hexadecimal digits']],
    ['a field nobody knows', { brand, shop: { ...shop, secret: 's' } }, ['shop.secret is not a field of an app']],
    ['a name nobody may have', { any: brand, shop }, ['any is no name for an app']],
    [
      'a name in capitals',
      { Brand: brand, shop },
      ['Brand must begin with a small letter, and have small letters, digits and - alone, at most 32'],
    ],
    [
      'a name that begins with a digit',
      { '1brand': brand, shop },
      ['1brand must begin with a small letter, and have small letters, digits and - alone, at most 32'],
    ],
    [
      'somebody to follow who is no Official Account',
      { brand, shop: { ...shop, follows: 'shop' } },
      ['shop.follows must be the name of an Official Account of this list'],
    ],
    [
      'fields, and what goes across them',
      { brand: { ...brand, default: 1 }, region: null, shop: { ...shop, appid: brand.appid, follows: 'club' } },
      [
        'brand.default must be true or false',
        'region must be an object',
        `brand and shop have the same appid, ${brand.appid}`,
        'shop.follows must be the name of an Official Account of this list',
      ],
    ],
    ['an entry that is empty', { brand, shop: null }, ['shop must be an object']],
  ])('are refused by all that is wrong: %s', (_, list, problems) => {
    expect(problemsOf(() => read(list))).toEqual(problems.map(it => `apps.json, stage prod: ${it}`))
  })

  it('are refused if the file is no object', () => {
    expect(problemsOf(() => readApps([], 'prod', pair))).toEqual(['apps.json must be an object'])
  })
})

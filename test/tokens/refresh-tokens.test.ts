import { describe, expect, it } from 'vitest'
import { memoryTokens } from '../../kit/memory-stores.ts'
import { refreshTokens } from '../../lib/tokens/refresh-tokens.ts'
import { openSecondPair } from '../second-pair.ts'
import { openWorld } from '../world.ts'

describe.each([
  ['stable', '/cgi-bin/stable_token'],
  ['classic', '/cgi-bin/token'],
] as const)('a token, %s', (mode, path) => {
  it('is renewed off the request path when its end is near, and not before', async () => {
    const { app, calls, tick } = await openWorld()
    const deps = { apps: [app('official', memoryTokens(), mode)] }
    expect(await refreshTokens(deps)).toEqual({ renewed: ['official'] })
    tick(6_800_000)
    expect(await refreshTokens(deps)).toEqual({ renewed: [] })
    tick(150_000)
    expect(await refreshTokens(deps)).toEqual({ renewed: ['official'] })
    expect(await calls(path)).toBe(2)
  })
})

describe('the tokens of all apps', () => {
  it('are renewed each on its own: those that fail keep no other from it, and the run looks failed by their names', async () => {
    const world = await openWorld()
    const { control, lines, counted } = world
    const { brand, shop } = await openSecondPair(world)
    const [official, mini] = [world.app('official'), world.app('mini')]
    await control('/allow-list', { app: 'official', addresses: ['203.0.113.7'] })
    const withoutSecret = { keepFresh: async () => Promise.reject(new Error('shop-appsecret is not set')) }

    const run = refreshTokens({ apps: [official, brand, mini, { ...shop, accessTokens: withoutSecret }] })

    await expect(run).rejects.toThrow('could not be renewed: official, shop')
    expect(counted.filter(it => it.startsWith('TokenRenewed')).sort()).toEqual([
      'TokenRenewed brand',
      'TokenRenewed mini',
    ])
    const told = lines.filter(it => it.event === 'token.not-renewed').map(it => it.fields)
    expect(told).toMatchObject([
      { app: 'shop', error: { message: 'shop-appsecret is not set' } },
      { app: 'official', error: { errcode: 40164, message: expect.stringContaining('127.0.0.1') } },
    ])
  })

  it('are not one another’s', async () => {
    const world = await openWorld()
    const { brand, shop } = await openSecondPair(world)
    const apps = [world.app('official'), world.app('mini'), brand, shop]
    expect(await refreshTokens({ apps })).toEqual({ renewed: ['official', 'mini', 'brand', 'shop'] })
    const tokens = await Promise.all(apps.map(it => it.accessTokens.get()))
    expect(new Set(tokens).size).toBe(4)
  })
})

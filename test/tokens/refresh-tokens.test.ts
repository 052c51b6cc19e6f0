import { describe, expect, it } from 'vitest'
import { memoryTokens } from '../../kit/memory-stores.ts'
import { refreshTokens } from '../../lib/tokens/refresh-tokens.ts'
import { openWorld } from '../world.ts'

describe.each([
  ['stable', '/cgi-bin/stable_token'],
  ['classic', '/cgi-bin/token'],
] as const)('a token, %s', (mode, path) => {
  it('is renewed off the request path when its end is near, and not before', async () => {
    const { app, calls, tick, log } = await openWorld()
    const official = app('official', memoryTokens(), mode)
    const deps = { sources: new Map([[official.appid, official.accessTokens]]), log }
    expect(await refreshTokens(deps)).toEqual({ renewed: [official.appid] })
    tick(6_800_000)
    expect(await refreshTokens(deps)).toEqual({ renewed: [] })
    tick(150_000)
    expect(await refreshTokens(deps)).toEqual({ renewed: [official.appid] })
    expect(await calls(path)).toBe(2)
  })
})

describe('the tokens of both apps', () => {
  it('are renewed each on its own: one that fails keeps the other from nothing, and the run looks failed', async () => {
    const { app, control, log, lines } = await openWorld()
    const [official, mini] = [app('official'), app('mini')]
    await control('/allow-list', { app: 'official', addresses: ['203.0.113.7'] })
    const sources = new Map([official, mini].map(it => [it.appid, it.accessTokens]))
    await expect(refreshTokens({ sources, log })).rejects.toThrow(AggregateError)
    expect(await mini.accessTokens.get()).toMatch(/^\d+_/)
    const [line] = lines.filter(it => it.event === 'token.not-renewed')
    expect(line?.fields).toMatchObject({ error: { errcode: 40164, message: expect.stringContaining('127.0.0.1') } })
  })
})

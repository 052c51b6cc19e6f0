import { describe, expect, it } from 'vitest'
import { openApp } from '../../kit/app.ts'
import { memoryTokens } from '../../kit/memory-stores.ts'
import type { WeChatOptions } from '../../lib/adapters/wechat/client.ts'
import type { AppId } from '../../lib/identifiers.ts'
import { withAccessToken } from '../../lib/tokens/with-access-token.ts'
import { openWorld } from '../world.ts'

const stable = '/cgi-bin/stable_token'

describe.each(['stable', 'classic'] as const)('the access token source, %s', mode => {
  const path = mode === 'stable' ? stable : '/cgi-bin/token'

  it('asks WeChat once for fifty that come at once, and not again while the token lives', async () => {
    const { app, calls, tick } = await openWorld()
    const { accessTokens } = app('official', memoryTokens(), mode)
    const tokens = await Promise.all(Array.from({ length: 50 }, () => accessTokens.get()))
    tick(3_600_000)
    tokens.push(await accessTokens.get())
    expect(new Set(tokens).size).toBe(1)
    expect(await calls(path)).toBe(1)
  })

  it('looks into the store once a minute at most', async () => {
    const { app, tick } = await openWorld()
    const store = memoryTokens()
    let reads = 0
    const counted = { ...store, read: (appid: AppId) => store.read(appid).finally(() => reads++) }
    const { accessTokens } = app('official', counted, mode)
    await accessTokens.get()
    const before = reads
    for (let call = 0; call < 1000; call++) await accessTokens.get()
    expect(reads - before).toBe(0)
    tick(61_000)
    await accessTokens.get()
    expect(reads - before).toBe(1)
  })

  it('asks once for eight processes with one store', async () => {
    const { app, calls } = await openWorld()
    const store = memoryTokens()
    const processes = Array.from({ length: 8 }, () => app('official', store, mode).accessTokens)
    const tokens = await Promise.all(processes.flatMap(it => [it.get(), it.get()]))
    expect(new Set(tokens).size).toBe(1)
    expect(await calls(path)).toBe(1)
  })

  it('renews once for all when another system has replaced the token, and repeats each call', async () => {
    const { app, calls, control } = await openWorld()
    const store = memoryTokens()
    const processes = Array.from({ length: 4 }, () => app('official', store, mode))
    await Promise.all(processes.map(it => it.accessTokens.get()))
    await control('/tokens/revoke', { app: 'official' })
    const pages = await Promise.all(
      processes.flatMap(({ accessTokens, wechat }) =>
        Array.from({ length: 10 }, () => withAccessToken(accessTokens, token => wechat.followerPage(token))),
      ),
    )
    expect(pages).toHaveLength(40)
    expect(await calls(path)).toBe(2)
  })
})

describe('the access token source', () => {
  it('has another one issued, once, where WeChat returns again the one that it refuses', async () => {
    const { app, calls, control, counted } = await openWorld()
    const { accessTokens, wechat } = app('official')
    await accessTokens.get()
    await control('/tokens/revoke', { app: 'official', keepStable: true })
    const asked = Array.from({ length: 20 }, () => withAccessToken(accessTokens, token => wechat.followerPage(token)))
    await Promise.all(asked)
    expect(await calls(stable)).toBe(3)
    expect(counted.filter(it => it.startsWith('TokenRefused'))).toEqual([])
  })

  it('forces none where WeChat refused the token only once', async () => {
    const { app, calls, control } = await openWorld()
    const { accessTokens, wechat } = app('official')
    const before = await accessTokens.get()
    await control('/faults', { path: '/cgi-bin/user/get', kind: 'errcode', errcode: 40001 })
    await withAccessToken(accessTokens, token => wechat.followerPage(token))
    expect(await accessTokens.get()).toBe(before)
    expect(await calls(stable)).toBe(2)
  })

  it('gives up when WeChat refuses a token that it has only just issued', async () => {
    const { app, calls, control, counted } = await openWorld()
    const { accessTokens, wechat } = app('official')
    await accessTokens.get()
    await control('/faults', { path: '/cgi-bin/user/get', kind: 'errcode', errcode: 40001, times: 9 })
    const tried: string[] = []
    const call = withAccessToken(accessTokens, token => {
      tried.push(token)
      return wechat.followerPage(token)
    })
    await expect(call).rejects.toThrow(expect.objectContaining({ errcode: 40001, class: 'config' }))
    expect(counted.filter(it => it.startsWith('TokenRefused'))).toEqual(['TokenRefused official'])
    expect([tried.length, new Set(tried).size, await calls(stable)]).toEqual([3, 2, 3])
  })

  it('remembers no failure: the next caller tries again', async () => {
    const { app, control } = await openWorld()
    const { accessTokens } = app('official')
    await control('/faults', { path: stable, kind: 'errcode', errcode: -1 })
    await expect(accessTokens.get()).rejects.toThrow(expect.objectContaining({ errcode: -1 }))
    expect(await accessTokens.get()).toMatch(/^\d+_/)
  })

  it('hands out no token in its last minute, for WeChat’s clock may be ahead of ours', async () => {
    const { app, calls, tick } = await openWorld()
    const { accessTokens } = app('official')
    const { expiresAt, issuedAt } = await accessTokens.present()
    tick(expiresAt - issuedAt - 61_000)
    await accessTokens.get()
    expect(await calls(stable)).toBe(1)
    tick(1_000)
    await accessTokens.get()
    expect(await calls(stable)).toBe(2)
  })

  it('waits for a process that was killed with the lease no longer than the lease', async () => {
    const { app, tick, now } = await openWorld()
    const store = memoryTokens()
    const { appid, accessTokens } = app('official', store)
    await store.takeLease(appid, { owner: 'killed', now: now(), until: now() + 15_000 })
    const waiting = accessTokens.get()
    tick(15_000)
    expect(await waiting).toMatch(/^\d+_/)
  })

  // It waited for up to 30 s whatever time it had, and a batch of events timed out in place of being deferred.
  it('waits for another process until shortly before its invocation ends', async () => {
    const { box, sleep, now } = await openWorld()
    const store = memoryTokens()
    const endsAt = now() + 10_000
    const { appid, accessTokens } = openApp({
      ...{ url: box.url, tokens: store, now, sleep },
      remainingMs: () => endsAt - now(),
    })
    await store.takeLease(appid, { owner: 'killed', now: now(), until: now() + 15_000 })
    await expect(accessTokens.get()).rejects.toMatchObject({ api: 'token', failure: 'timeout' })
    expect(endsAt - now()).toBe(1_800)
  })

  // The second call was made after its lease: another process asked as well, and one of both tokens was worth nothing.
  it('asks with another appsecret only as long as its lease lasts', async () => {
    const { tick, now } = await openWorld()
    const left: (number | undefined)[] = []
    const transport: WeChatOptions['transport'] = async ({ leftMs }) => {
      left.push(leftMs?.())
      tick(9_000)
      return { status: 200, body: Buffer.from('{"errcode":40001,"errmsg":"invalid credential"}') }
    }
    const appsecret = async (refused?: string) => (refused === undefined ? 'old' : 'new')
    const { accessTokens } = openApp({ transport, appsecret, tokens: memoryTokens(), now })
    await expect(accessTokens.get()).rejects.toMatchObject({ errcode: 40001 })
    expect(left).toEqual([15_000, 6_000])
  })
})

import * as v from 'valibot'
import { describe, expect, it } from 'vitest'
import { type FollowerNews, parseFollowerNews } from '../lib/link-followers.ts'
import { type SyncDeps, syncFollowers } from '../lib/sync-followers.ts'
import type { WeChatOptions } from '../local/wechat/server.ts'
import { openWorld } from './world.ts'

const path = '/cgi-bin/user/get'
const forever = { until: Number.POSITIVE_INFINITY }

async function openSync(options: WeChatOptions = {}) {
  const world = await openWorld({ pageSize: 10, ...options })
  const { walks, log, now } = world
  const queued: FollowerNews[] = []
  const followers = {
    push: async (messages: readonly unknown[]) =>
      void queued.push(...messages.map(it => parseFollowerNews(JSON.stringify(it)))),
  }
  const deps: SyncDeps = { ...world.app('official'), walks, followers, now, log }
  const take = (change: FollowerNews['change']) =>
    queued
      .splice(0)
      .filter(it => it.change === change)
      .flatMap(it => it.openids)
  return { ...world, deps, queued, take }
}

describe('syncFollowers', () => {
  it.each([0, 1, 10, 25, 30])('queues all of %i followers once, in hundreds', async count => {
    const { deps, control, calls, queued, take } = await openSync()
    if (count > 0) await control('/people', { count, following: true })
    const report = await syncFollowers(deps, forever)
    expect(report).toMatchObject({ followers: count, came: count, left: 0, complete: true })
    expect(Math.max(0, ...queued.map(it => it.openids.length))).toBeLessThanOrEqual(100)
    expect(new Set(take('follow')).size).toBe(count)
    expect(await calls(path)).toBe(Math.max(1, Math.ceil(count / 10)))
  })

  it('queues nobody the second time when nothing has changed', async () => {
    const { deps, control, queued, take, tick } = await openSync()
    await control('/people', { count: 25, following: true })
    await syncFollowers(deps, forever)
    take('follow')
    tick(86_400_000)
    expect(await syncFollowers(deps, forever)).toMatchObject({ pages: 3, came: 0, left: 0, complete: true })
    expect(queued).toEqual([])
  })

  it('finds who came and who left unseen', async () => {
    const { deps, control, take, tick } = await openSync()
    await control('/people', { count: 25, following: true })
    await syncFollowers(deps, forever)
    take('follow')
    tick(86_400_000)
    await control('/people/change', { first: 3, count: 4, following: false })
    await control('/people', { count: 2, following: true })
    const left = await Promise.all([3, 4, 5, 6].map(it => control(`/people/${it}`)))
    expect(await syncFollowers(deps, forever)).toMatchObject({ came: 2, left: 4 })
    expect(new Set(take('unfollow'))).toEqual(
      new Set(left.map(it => v.parse(v.object({ openid: v.string() }), it).openid)),
    )
  })

  it('stops at its deadline, goes on from there, and takes nobody for gone before the walk is complete', async () => {
    const { deps, control, calls, take, tick } = await openSync()
    await control('/people', { count: 25, following: true })
    await syncFollowers(deps, forever)
    tick(86_400_000)
    await control('/people/change', { first: 0, count: 1, following: false })
    take('follow')
    const before = await calls(path)
    const stopped = { until: 0 }
    expect(await syncFollowers(deps, stopped)).toMatchObject({ pages: 1, left: 0, complete: false })
    expect(await syncFollowers(deps, stopped)).toMatchObject({ pages: 2, left: 0, complete: false })
    expect(await syncFollowers(deps, stopped)).toMatchObject({ pages: 3, left: 1, complete: true })
    expect((await calls(path)) - before).toBe(3)
  })

  it('repeats at most one page after a crash, and loses nobody', async () => {
    const { deps, control, calls, take } = await openSync()
    await control('/people', { count: 25, following: true })
    const crash = { ...deps.walks, savePage: async () => Promise.reject(new Error('killed')) }
    await expect(syncFollowers({ ...deps, walks: crash }, forever)).rejects.toThrow('killed')
    await syncFollowers(deps, forever)
    expect(new Set(take('follow')).size).toBe(25)
    expect(await calls(path)).toBe(4)
  })

  it('only ends a walk that was killed right before its end', async () => {
    const { deps, control, calls } = await openSync()
    await control('/people', { count: 25, following: true })
    const crash = { ...deps.walks, complete: async () => Promise.reject(new Error('killed')) }
    await expect(syncFollowers({ ...deps, walks: crash }, forever)).rejects.toThrow('killed')
    expect(await syncFollowers(deps, forever)).toEqual({ pages: 3, followers: 25, came: 0, left: 0, complete: true })
    expect(await calls(path)).toBe(3)
  })

  it('does not take a list that shrinks on the way for complete too early', async () => {
    const { deps, control, take } = await openSync()
    await control('/people', { count: 30, following: true })
    const shrinking: SyncDeps['wechat'] = {
      async followerPage(token, after) {
        const page = await deps.wechat.followerPage(token, after)
        if (after === undefined) await control('/people/change', { first: 0, count: 10, following: false })
        return page
      },
    }
    expect(await syncFollowers({ ...deps, wechat: shrinking }, forever)).toMatchObject({
      followers: 30,
      complete: true,
    })
    expect(new Set(take('follow')).size).toBe(30)
  })
})

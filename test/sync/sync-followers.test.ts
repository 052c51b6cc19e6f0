import { setImmediate } from 'node:timers/promises'

import * as v from 'valibot'
import { describe, expect, it } from 'vitest'

import type { FollowerNews, News } from '../../lib/followers/follower-news.ts'
import { isReadable } from '../../lib/followers/link.ts'
import type { OpenId } from '../../lib/identifiers.ts'
import type { FollowerPage } from '../../lib/ports.ts'
import type { SyncDeps } from '../../lib/sync/context.ts'
import { parseSyncOrder } from '../../lib/sync/order.ts'
import type { WeChatOptions } from '../../local/wechat/server.ts'
import { openFollowers } from '../followers/followers-world.ts'
import { id } from '../ids.ts'

const path = '/cgi-bin/user/get'
const quotaPath = '/cgi-bin/openapi/quota/get'
const dayMs = 86_400_000
/** So long after it was noted an entry is surely known to a sync run. */
const settledMs = 120_001
const openidAnswer = v.object({ openid: v.pipe(v.string(), v.transform(id)) })

async function openSync(options: WeChatOptions = {}) {
  const world = await openFollowers(options)
  const { queued, control } = world
  const take = (change: FollowerNews['change']) =>
    queued.splice(0).flatMap(news => (news.change === change ? news.openids : []))
  const openidOf = async (person: number) => v.parse(openidAnswer, await control(`/people/${person}`)).openid
  return { ...world, take, openidOf }
}

/** The same with so many followers. */
async function openOf(count: number, options: WeChatOptions = {}) {
  const sync = await openSync(options)
  await sync.control('/people', { count, following: true })
  return sync
}

/** Has each page of the list, as it comes from WeChat, pass through `change`; `syncSo` syncs with that. */
async function openPassing(count: number, change: (page: FollowerPage, number: number) => Promise<FollowerPage>) {
  const sync = await openOf(count)
  const { account } = sync
  let pages = 0
  const followerPage: SyncDeps['wechat']['followerPage'] = async (...asked) =>
    change(await account.wechat.followerPage(...asked), ++pages)
  return { ...sync, syncSo: () => sync.runSync({}, { wechat: { ...account.wechat, followerPage } }) }
}

/** So many followers, of whom a sync run told a day ago. */
async function openSynced(count: number) {
  const sync = await openOf(count)
  await sync.runSync()
  sync.take('follow')
  sync.tick(dayMs)
  return sync
}

const sizeOf = (news: News) => ('openids' in news ? news.openids.length : 0)

describe('syncFollowers', () => {
  it.each([0, 1, 10, 25, 30])('queues all of %i followers once, in hundreds', async count => {
    const { runSync, calls, queued, take } = count === 0 ? await openSync() : await openOf(count)
    const report = await runSync()
    expect(report).toMatchObject({ followers: count, added: count, removed: 0, complete: true })
    expect(Math.max(0, ...queued.map(sizeOf))).toBeLessThanOrEqual(100)
    expect(new Set(take('follow')).size).toBe(count)
    expect(await calls(path)).toBe(Math.max(1, Math.ceil(count / 10)))
  })

  it('tells with each tick of its schedule how old the last complete sync run is', async () => {
    const { runSync, tick, gauged } = await openSync()
    await runSync({ action: 'tick' })
    expect(gauged).toEqual({})
    tick(5 * 3_600_000)
    expect(await runSync({ action: 'tick' })).toMatchObject({ state: 'idle' })
    expect(gauged.SyncAgeHours).toBeCloseTo(5, 1)
  })

  it('queues nobody the second time when nothing has changed', async () => {
    const { runSync, queued } = await openSynced(25)
    expect(await runSync()).toMatchObject({ pages: 3, added: 0, removed: 0, complete: true })
    expect(queued).toEqual([])
  })

  it('finds who was added and who was removed unseen', async () => {
    const { runSync, control, take, openidOf } = await openSynced(25)
    await control('/people/change', { first: 3, count: 4, following: false })
    await control('/people', { count: 2, following: true })
    const left = await Promise.all([3, 4, 5, 6].map(openidOf))
    expect(await runSync()).toMatchObject({ added: 2, removed: 4 })
    expect(new Set(take('unfollow'))).toEqual(new Set(left))
  })

  it('asks for a few who were added on each page together, in hundreds', async () => {
    const { runSync, control, queued, take, tick } = await openOf(240)
    await runSync()
    expect(queued.map(sizeOf)).toEqual([100, 100, 40])
    const added = new Set(take('follow'))
    tick(dayMs)
    await control('/people/change', { first: 0, count: 240, following: false })
    expect(await runSync()).toMatchObject({ removed: 240 })
    expect(queued.map(sizeOf)).toEqual([100, 100, 40])
    expect(new Set(take('unfollow'))).toEqual(added)
  })

  it('forgets nobody who waited for the hundred to be full when it was killed', async () => {
    const { runSync, account, queued, take, tick } = await openOf(250)
    let pages = 0
    const savePage: SyncDeps['syncRuns']['savePage'] = async (...args) => {
      const saved = await account.syncRuns.savePage(...args)
      if (++pages === 15) throw new Error('killed behind a checkpoint')
      return saved
    }
    await expect(runSync({}, { syncRuns: { ...account.syncRuns, savePage } })).rejects.toThrow('killed')
    expect(queued.map(sizeOf)).toEqual([100])
    tick(60_001)
    expect(await runSync()).toMatchObject({ added: 250, complete: true })
    expect(queued.map(sizeOf)).toEqual([100, 100, 50])
    expect(new Set(take('follow')).size).toBe(250)
  })

  it('stops at its deadline, goes on from there, and takes nobody for removed before the sync run is complete', async () => {
    const { runSync, control, calls, take, tick } = await openOf(25)
    await runSync()
    tick(dayMs)
    await control('/people/change', { first: 0, count: 1, following: false })
    take('follow')
    const before = await calls(path)
    const stopped = { until: 0 }
    expect(await runSync({}, {}, stopped)).toMatchObject({ pages: 1, removed: 0, complete: false })
    expect(await runSync({}, {}, stopped)).toMatchObject({ pages: 2, removed: 0, complete: false })
    expect(await runSync({}, {}, stopped)).toMatchObject({ pages: 3, removed: 1, complete: true })
    expect((await calls(path)) - before).toBe(3)
  })

  it('repeats at most one page after a crash, and loses nobody', async () => {
    const { runSync, syncRuns, calls, take } = await openOf(25)
    const crash = { ...syncRuns, savePage: async () => Promise.reject(new Error('killed')) }
    await expect(runSync({}, { syncRuns: crash })).rejects.toThrow('killed')
    await runSync()
    expect(new Set(take('follow')).size).toBe(25)
    // The first page, and the one fetched ahead of it.
    expect(await calls(path)).toBe(2 + 3)
  })

  it('only ends a sync run that was killed right before its end', async () => {
    const { runSync, syncRuns, calls } = await openOf(25)
    const crash = { ...syncRuns, complete: async () => Promise.reject(new Error('killed')) }
    await expect(runSync({}, { syncRuns: crash })).rejects.toThrow('killed')
    expect(await runSync()).toMatchObject({ pages: 3, followers: 25, removed: 0, complete: true })
    expect(await calls(path)).toBe(3)
  })

  it('syncs one at a time: of two schedules that fire together one syncs, the other says so', async () => {
    const { runSync, calls } = await openOf(25)
    const reports = await Promise.all(['a', 'b'].map(owner => runSync({ action: 'tick' }, { owner })))
    expect(reports.map(report => report.state).toSorted()).toEqual(['busy', 'complete'])
    expect(await calls(path)).toBe(3)
  })

  it('goes on after a process that was killed with the lease, once that has run out', async () => {
    const { runSync, syncRuns, now, tick } = await openOf(25)
    await runSync({}, {}, { until: 0 })
    await syncRuns.takeLease({ owner: 'killed', now: now(), until: now() + 60_000 })
    expect(await runSync({ action: 'tick' })).toMatchObject({ state: 'busy' })
    tick(60_000)
    expect(await runSync({ action: 'tick' })).toMatchObject({ state: 'complete', followers: 25 })
  })

  it('stops without a checkpoint when another process has taken over', async () => {
    const { runSync, syncRuns, now } = await openOf(25)
    const robbed: SyncDeps['syncRuns'] = {
      ...syncRuns,
      async savePage(...page) {
        await syncRuns.freeLease('a')
        await syncRuns.takeLease({ owner: 'b', now: now(), until: now() + 60_000 })
        return syncRuns.savePage(...page)
      },
    }
    await expect(runSync({}, { syncRuns: robbed })).rejects.toThrow('taken over')
    expect(await syncRuns.state()).toEqual({})
  })
})

describe('a list that changes while it is read', () => {
  /** Calls the box after each of the first pages has come. */
  async function openChanging(count: number, { pages, path, body }: { pages: number; path: string; body: object }) {
    const sync = await openPassing(count, async (page, number) => {
      if (number <= pages) await sync.control(path, body)
      return page
    })
    return sync
  }
  const leave = (first: number, count: number) => {
    return { pages: 1, path: '/people/change', body: { first, count, following: false } }
  }

  it('is not taken for complete too early when it shrinks', async () => {
    const { syncSo, take } = await openChanging(30, leave(0, 10))
    expect(await syncSo()).toMatchObject({ followers: 30, complete: true })
    expect(new Set(take('follow')).size).toBe(30)
  })

  it('ends with whoever joined on the way', async () => {
    const joining = { pages: 3, path: '/people', body: { count: 4, following: true } }
    const { syncSo, take } = await openChanging(25, joining)
    // Who joins behind the end of the list while its last page is asked for is found by the next sync run.
    const { followers } = await syncSo()
    const added = new Set(take('follow'))
    expect(added.size).toBe(followers)
    await syncSo()
    for (const openid of take('follow')) added.add(openid)
    expect(added.size).toBe(25 + 3 * 4)
  })

  it('asks for the next page before it compares one, and for none behind the last', async () => {
    const { account, runSync } = await openOf(25)
    const order: string[] = []
    const followerPage: SyncDeps['wechat']['followerPage'] = (...asked) => {
      order.push('asks')
      return account.wechat.followerPage(...asked)
    }
    // Read for each page before its people are compared.
    const all = async () => {
      await setImmediate()
      order.push('compares')
      return account.erasures.all()
    }
    await runSync({}, { wechat: { ...account.wechat, followerPage }, erasures: { ...account.erasures, all } })
    expect(order.join(' ')).toBe('asks asks compares asks compares compares')
  })

  it('asks for the first page and today’s quota before it has read who is known', async () => {
    const { account, runSync, syncRuns } = await openSynced(25)
    const asked = Promise.withResolvers<void>()
    const quota: SyncDeps['wechat']['quota'] = (...args) => {
      asked.resolve()
      return account.wechat.quota(...args)
    }
    const openids: SyncDeps['syncRuns']['openids'] = async function* (run) {
      await asked.promise
      yield* syncRuns.openids(run)
    }
    expect(
      await runSync({}, { wechat: { ...account.wechat, quota }, syncRuns: { ...syncRuns, openids } }),
    ).toMatchObject({ added: 0, complete: true })
  })

  /** A list that was synced before, of which the pages are counted as they are asked for. */
  async function openCounted(count: number) {
    const sync = await openSynced(count)
    const { account } = sync
    let pages = 0
    const ten = Promise.withResolvers<void>()
    const followerPage: SyncDeps['wechat']['followerPage'] = (...args) => {
      pages += 1
      if (pages === 10) ten.resolve()
      return account.wechat.followerPage(...args)
    }
    return { ...sync, ten: ten.promise, counted: () => pages, wechat: { ...account.wechat, followerPage } }
  }

  it('asks for ten pages ahead while it reads who is known, and for no more', async () => {
    const { runSync, syncRuns, ten, counted, calls, wechat } = await openCounted(125)
    const openids: SyncDeps['syncRuns']['openids'] = async function* (run) {
      if (run.pageKeys.length === 0) return
      await ten
      // Each of these calls gives an eleventh the time to be asked for.
      for (let turn = 0; turn < 20; turn++) await calls(path)
      expect(counted()).toBe(10)
      yield* syncRuns.openids(run)
    }
    const report = await runSync({}, { wechat, syncRuns: { ...syncRuns, openids } })
    expect(report).toMatchObject({ pages: 13, added: 0, removed: 0, complete: true })
    expect(counted()).toBe(13)
  })

  it('asks for no more pages when it fails', async () => {
    const { runSync, syncRuns, counted, calls, wechat } = await openCounted(125)
    const openids: SyncDeps['syncRuns']['openids'] = async function* () {
      yield await Promise.reject(new Error('no pages'))
    }
    await expect(runSync({}, { wechat, syncRuns: { ...syncRuns, openids } })).rejects.toThrow('no pages')
    // Each of these calls gives a second one the time to be asked for.
    for (let turn = 0; turn < 20; turn++) await calls(path)
    expect(counted()).toBe(1)
  })

  it('reads the last sync run again at its end only where somebody is missing', async () => {
    const { runSync, control, syncRuns, tick } = await openSynced(25)
    let reads = 0
    const openids: SyncDeps['syncRuns']['openids'] = run => {
      if (run.pageKeys.length > 0) reads += 1
      return syncRuns.openids(run)
    }
    const counted = { syncRuns: { ...syncRuns, openids } }
    const readsOfSync = async () => {
      const before = reads
      await runSync({}, counted)
      tick(dayMs)
      return reads - before
    }
    const unchanged = await readsOfSync()
    await control('/people', { count: 2, following: true })
    const added = await readsOfSync()
    await control('/people/change', { first: 3, count: 1, following: false })
    expect([unchanged, added, await readsOfSync()]).toEqual([1, 1, 2])
  })

  it('goes on when the person of the cursor has unfollowed meanwhile', async () => {
    const { syncSo, take } = await openChanging(25, leave(9, 1))
    expect(await syncSo()).toMatchObject({ followers: 25, complete: true })
    expect(new Set(take('follow')).size).toBe(25)
  })

  it('takes nobody for removed where the list breaks off before it has named its total, and asks WeChat', async () => {
    const { runSync, account, take, lines } = await openSynced(25)
    let pages = 0
    const followerPage: SyncDeps['wechat']['followerPage'] = async (...asked) => {
      const page = await account.wechat.followerPage(...asked)
      return ++pages === 1 ? page : { ...page, openids: [] }
    }
    expect(await runSync({}, { wechat: { ...account.wechat, followerPage } })).toMatchObject({ complete: true })
    expect(take('unfollow')).toEqual([])
    expect(lines).toContainEqual(expect.objectContaining({ event: 'sync-followers.short' }))
  })

  it('starts again when WeChat no longer takes the cursor, and takes nobody for removed', async () => {
    const { runSync, control, take } = await openSynced(25)
    await runSync({}, {}, { until: 0 })
    await control('/faults', { path, kind: 'errcode', errcode: 40003 })
    expect(await runSync({ action: 'tick' })).toMatchObject({ state: 'under-way', pages: 0 })
    expect(await runSync({ action: 'tick' })).toMatchObject({ state: 'complete', pages: 3, removed: 0 })
    expect(take('unfollow')).toEqual([])
  })

  it('never ends up in a circle: a page of people who were all seen before ends the sync run as a failure', async () => {
    const { account, runSync, syncRuns, take } = await openOf(25)
    const followerPage: SyncDeps['wechat']['followerPage'] = async token => {
      return { ...(await account.wechat.followerPage(token)), next: id(`o${Math.random()}`.replace('.', '')) }
    }
    await expect(runSync({}, { wechat: { ...account.wechat, followerPage } })).rejects.toThrow('circle')
    expect(await syncRuns.state()).toEqual({})
    expect(take('unfollow')).toEqual([])
  })
})

describe('when a sync run is due', () => {
  it('syncs once a day after 03:10 in China, whoever ticks however often', async () => {
    const { runSync, calls, tick } = await openOf(5)
    const states: string[] = []
    // From noon on, every hour for a day and a half.
    for (let hour = 0; hour < 36; hour++) {
      states.push((await runSync({ action: 'tick' })).state)
      tick(3_600_000)
    }
    expect(states.flatMap((state, hour) => (state === 'complete' ? hour : []))).toEqual([0, 16])
    expect(await calls(path)).toBe(2)
  })

  it('syncs by hand whenever it is asked to', async () => {
    const { runSync, calls } = await openOf(5)
    for (let time = 0; time < 3; time++) expect(await runSync()).toMatchObject({ state: 'complete' })
    expect(await calls(path)).toBe(3)
  })

  it('tells what stands where without syncing', async () => {
    const { runSync, calls } = await openOf(25)
    expect(await runSync({ action: 'status' })).toMatchObject({ state: 'idle', pages: 0 })
    await runSync({}, {}, { until: 0 })
    expect(await runSync({ action: 'status' })).toMatchObject({
      state: 'under-way',
      pages: 1,
      followers: 10,
      total: 25,
    })
    expect(await calls(path)).toBe(1)
  })

  it.each([{ action: 'run' }, { spread: 'yes' }, 7])('refuses the order %j', order => {
    expect(() => parseSyncOrder(order)).toThrow()
  })
})

describe('the quota', () => {
  const setQuota = (day: number, used: number) => ({ app: 'official', path, day, used })
  /** As many followers as take 4 calls of WeChat's own page size. */
  const openMany = () => openOf(30_005, { pageSize: 10_000 })

  it('refuses a sync run that today cannot finish, says what it needs, and asks no more until midnight in China', async () => {
    const { runSync, control, calls, lines, counted, queued, tick, now } = await openMany()
    await control('/quota', setQuota(10, 7))
    const report = await runSync({ action: 'tick' })
    expect(report).toMatchObject({
      state: 'refused',
      plan: { followers: 30_005, userGet: { needed: 3, remain: 2, limit: 10 }, fitsToday: false, days: 2 },
    })
    expect(queued).toEqual([])
    expect(lines.filter(line => line.event === 'sync-followers.refused')).toHaveLength(1)
    expect(counted).toContain('SyncRefused official')
    expect(await runSync({ action: 'tick' })).toMatchObject({ state: 'idle' })
    expect(await calls(path)).toBe(1)
    tick((report.pausedUntil ?? 0) - now())
    expect(await runSync({ action: 'tick' })).toMatchObject({ state: 'complete', followers: 30_005 })
  })

  it('spreads a sync run over days if it is told to, and goes on by itself', async () => {
    const { runSync, control, calls, take, tick, now } = await openMany()
    await control('/quota', setQuota(10, 8))
    const first = await runSync({ action: 'tick' }, { spread: true })
    expect(first).toMatchObject({ state: 'waiting', pages: 2 })
    expect(await runSync({ action: 'tick' }, { spread: true })).toMatchObject({ state: 'idle' })
    // 45009 may be of a minute: it is tried once more today.
    expect((first.pausedUntil ?? 0) - now()).toBe(600_000)
    tick(600_000)
    const second = await runSync({ action: 'tick' }, { spread: true })
    expect(second).toMatchObject({ state: 'waiting', pages: 2 })
    tick((second.pausedUntil ?? 0) - now())
    expect(await runSync({ action: 'tick' }, { spread: true })).toMatchObject({ state: 'complete', followers: 30_005 })
    expect(new Set(take('follow')).size).toBe(30_005)
    expect(await calls(path)).toBe(2 + 1 + 1 + 2)
  })

  it('tells what a sync run will cost before it begins', async () => {
    const { runSync, control, calls, queued } = await openMany()
    await control('/quota', setQuota(500, 20))
    const { plan } = await runSync({ action: 'plan' })
    expect(plan).toMatchObject({
      followers: 30_005,
      userGet: { needed: 4, remain: 479, limit: 500 },
      batchget: { needed: 301 },
      fitsToday: true,
      days: 1,
    })
    expect(queued).toEqual([])
    expect(await calls(path)).toBe(1)
    await runSync()
    expect((await runSync({ action: 'plan' })).plan).toMatchObject({ batchget: { needed: 0 } })
  })

  it('syncs all the same when WeChat does not tell its quota', async () => {
    const { runSync, control } = await openOf(5)
    await control('/faults', { path: quotaPath, kind: 'errcode', errcode: 76022, times: 2 })
    expect(await runSync({ action: 'tick' })).toMatchObject({ state: 'complete' })
  })
})

describe('what events told between two sync runs', () => {
  const noted = async (
    sync: Awaited<ReturnType<typeof openSync>>,
    entry: { follow?: OpenId[]; unfollow?: OpenId[] },
  ) => {
    await sync.journal.note({ follow: [], unfollow: [], ...entry }, sync.now())
    sync.tick(settledMs)
  }

  it('is not looked up again, and is missed when it unfollowed unseen', async () => {
    const sync = await openOf(3)
    const { runSync, control, take, tick, openidOf } = sync
    const [stays, leaves] = [await openidOf(1), await openidOf(2)]
    await noted(sync, { follow: [stays, leaves] })
    await control('/people/change', { first: 2, count: 1, following: false })
    expect(await runSync()).toMatchObject({ added: 1, removed: 1 })
    expect(take('unfollow')).toEqual([leaves])
    tick(dayMs)
    expect(await runSync()).toMatchObject({ added: 0, removed: 0 })
    expect(await Array.fromAsync(sync.journal.entries())).toEqual([])
  })

  it('is looked up when who unfollowed by an event returned unseen', async () => {
    const sync = await openOf(3)
    const { runSync, take, openidOf } = sync
    await runSync()
    take('follow')
    await noted(sync, { unfollow: [await openidOf(1)] })
    expect(await runSync()).toMatchObject({ added: 1, removed: 0 })
    expect(take('follow')).toEqual([await openidOf(1)])
  })

  it('stays noted if it came after the sync run began', async () => {
    const sync = await openOf(25)
    const { runSync, control, take, tick, openidOf } = sync
    await runSync({}, {}, { until: 0 })
    tick(1_000)
    await control('/people', { count: 1, following: true })
    await noted(sync, { follow: [await openidOf(25)] })
    await control('/people/change', { first: 25, count: 1, following: false })
    expect(await runSync()).toMatchObject({ removed: 0 })
    expect(take('unfollow')).toEqual([])
    expect(await Array.fromAsync(sync.journal.entries())).toHaveLength(1)
    expect(await runSync()).toMatchObject({ removed: 1 })
  })
})

describe('what an event told in the instant in which the sync run began', () => {
  it('stays noted: the sync run may have been too early to see it', async () => {
    const { runSync, control, take, journal, openidOf, now, syncRuns } = await openOf(25)
    await runSync({}, {}, { until: 0 })
    await control('/people', { count: 1, following: true })
    const { current } = await syncRuns.state()
    expect(current?.beganAt).toBe(now())
    await journal.note({ follow: [await openidOf(25)], unfollow: [] }, now())
    await control('/people/change', { first: 25, count: 1, following: false })
    expect(await runSync()).toMatchObject({ removed: 0 })
    expect(take('unfollow')).toEqual([])
    expect(await Array.fromAsync(journal.entries())).toHaveLength(1)
  })
})

describe('everyone', () => {
  it('is looked up again on demand, as after the apps were bound to another Open Platform account', async () => {
    const { runSync, take, calls } = await openOf(25)
    await runSync()
    take('follow')
    expect(await runSync({ everyone: true })).toMatchObject({ added: 25, removed: 0 })
    expect(await calls(path)).toBe(6)
  })

  it('mends whatever row stands wrong', async () => {
    const { runSync, work, person, links, official, atAccount, followerLinks, resolve, queued, tick, seconds, reach } =
      await openSync()
    const people = await Promise.all([1, 2, 3, 4].map(() => person({ following: true })))
    const [spoilt, spoiltUnion, other, right] = people
    if (!spoilt || !spoiltUnion || !other || !right) throw new Error('nobody there')
    await runSync()
    await work(queued.splice(0))
    tick(5_000)
    await links.spoil(atAccount(spoilt))
    await links.spoil({ unionid: spoiltUnion.unionid ?? id('u') }, official.appid)
    // An openid from before a move of the account, of which nobody ever told that it has unfollowed.
    const before = { openid: id('oBefore'), unionid: other.unionid ?? id('u'), following: true, followedAt: 1 }
    await followerLinks.writeFollower({ ...before, at: seconds() }, undefined)
    tick(5_000)
    expect(await runSync()).toMatchObject({ added: 0 })
    expect(queued).toEqual([])
    await runSync({ everyone: true })
    await work(queued.splice(0))
    expect(await Promise.all(people.map(reach))).toEqual(Array(4).fill('reachable'))
    const byUnionid = await resolve(people.map(person => ({ unionid: person.unionid ?? id('u') })))
    expect(byUnionid).toMatchObject(people.map(person => ({ openid: person.openid, following: true })))
  })

  it('costs those whose rows are right no write, and one batch read more', async () => {
    const { runSync, work, followerLinks, linksWith, queued, tick } = await openOf(25)
    await runSync()
    await work(queued.splice(0))
    tick(5_000)
    const asked: string[] = []
    const watched = linksWith({
      writeFollower: (...args) => {
        asked.push('write')
        return followerLinks.writeFollower(...args)
      },
      rejoin: rows => {
        asked.push(`rejoin ${rows.length}`)
        return followerLinks.rejoin(rows)
      },
    })
    await runSync({ everyone: true })
    await work(queued.splice(0), { links: watched })
    expect(asked).toEqual(['rejoin 25'])
  })

  it('but who requested erasure', async () => {
    const { runSync, syncRuns, erasures, take, openidOf, seconds } = await openOf(25)
    const erased = await openidOf(3)
    await erasures.mark(erased, seconds())
    expect(await runSync()).toMatchObject({ added: 24, complete: true })
    expect(take('follow')).not.toContain(erased)
    const { complete } = await syncRuns.state()
    const kept = complete === undefined ? [] : (await Array.fromAsync(syncRuns.openids(complete))).flat()
    expect(kept).toHaveLength(24)
    expect(kept).not.toContain(erased)
  })
})

describe('the linking', () => {
  const isUnderWay = async ({ linking }: { linking: { isUnderWay(): Promise<boolean> } }) => linking.isUnderWay()
  /** So many followers, whom a sync run has found and who are linked. */
  const openLinked = async (count: number, options: WeChatOptions = {}) => {
    const sync = await openOf(count, options)
    await sync.runSync()
    await linkAll(sync)
    return sync
  }
  const linkAll = async ({ work, queued }: Awaited<ReturnType<typeof openSync>>) => {
    expect(await work(queued.splice(0))).toEqual([])
  }

  it('is under way from the first page of a first sync run to its last link, and not before anything ever synced', async () => {
    const sync = await openOf(25)
    expect(await isUnderWay(sync)).toBe(false)
    await sync.runSync({}, {}, { until: 0 })
    await linkAll(sync)
    expect(await isUnderWay(sync)).toBe(true)
    await sync.runSync()
    expect(await isUnderWay(sync)).toBe(true)
    await linkAll(sync)
    expect(await isUnderWay(sync)).toBe(false)
  })

  it('is under way for a sync run that looks everybody up again, and not for one that looks up who was added', async () => {
    const sync = await openLinked(25)
    sync.tick(dayMs)
    await sync.control('/people', { count: 3, following: true })
    expect(await sync.runSync()).toMatchObject({ added: 3, toLink: 3 })
    expect(await isUnderWay(sync)).toBe(false)
    expect(await sync.runSync({ everyone: true })).toMatchObject({ added: 28 })
    expect(await isUnderWay(sync)).toBe(true)
    await linkAll(sync)
    expect(await isUnderWay(sync)).toBe(false)
    expect(await sync.runSync({ action: 'status' })).toMatchObject({ state: 'complete', toLink: 0 })
  })

  it('is under way while a first sync run is due and waits for quota', async () => {
    const sync = await openOf(30_005, { pageSize: 10_000 })
    await sync.control('/quota', { app: 'official', path, day: 10, used: 7 })
    expect(await sync.runSync({ action: 'tick' })).toMatchObject({ state: 'refused', toLink: 0 })
    expect(await isUnderWay(sync)).toBe(true)
  })

  it('is not under way for a sync run with everyone that was refused, nor while today’s quota is used up', async () => {
    const sync = await openLinked(30_005, { pageSize: 10_000 })
    await sync.control('/quota', { app: 'official', path, day: 10, used: 7 })
    expect(await sync.runSync({ everyone: true })).toMatchObject({ state: 'refused' })
    expect(await isUnderWay(sync)).toBe(false)
  })

  it('is under way still when WeChat no longer took the cursor of a first sync run, of which nothing is counted then', async () => {
    const sync = await openOf(25)
    await sync.runSync({}, {}, { until: 0 })
    await sync.control('/faults', { path, kind: 'errcode', errcode: 40003 })
    expect(await sync.runSync()).toMatchObject({ state: 'under-way', toLink: 0 })
    expect(await isUnderWay(sync)).toBe(true)
  })

  it('counts a page once that was queued, and queued again after a crash', async () => {
    const sync = await openOf(25)
    await sync.runSync({}, {}, { until: 0 })
    const crash = { ...sync.syncRuns, savePage: async () => Promise.reject(new Error('killed')) }
    await expect(sync.runSync({}, { syncRuns: crash }, { until: 0 })).rejects.toThrow('killed')
    sync.tick(1)
    expect(await sync.runSync()).toMatchObject({ added: 25, toLink: 25 })
    const [first, stale, ...rest] = sync.queued.splice(0)
    if (first === undefined || stale === undefined) throw new Error('all are queued')
    await sync.work([first, stale])
    expect(await sync.runSync({ action: 'status' })).toMatchObject({ toLink: 15 })
    await sync.work(rest)
    expect(await isUnderWay(sync)).toBe(false)
  })

  // Such a run has said what it would queue, and whoever goes on queues it in another step.
  it('has no end that was said and never came, when a run is killed before it queued', async () => {
    const sync = await openOf(25)
    const dead = { ...sync.deps.followers, push: () => Promise.reject(new Error('killed')) }
    await expect(sync.runSync({}, { followers: dead }, { until: 0 })).rejects.toThrow('killed')
    sync.tick(1)
    expect(await sync.runSync()).toMatchObject({ toLink: 25 })
    await linkAll(sync)
    expect(await sync.runSync({ action: 'status' })).toMatchObject({ toLink: 0 })
    expect(await isUnderWay(sync)).toBe(false)
  })

  it('counts who was removed, too', async () => {
    const sync = await openLinked(25)
    sync.tick(dayMs)
    await sync.control('/people/change', { first: 3, count: 4, following: false })
    expect(await sync.runSync()).toMatchObject({ removed: 4, toLink: 4 })
    await linkAll(sync)
    expect(await sync.runSync({ action: 'status' })).toMatchObject({ toLink: 0 })
  })
})

describe('entries of the list that are no openids', () => {
  /** Of each page some entries are odd. */
  const openOdd = (spoil: (page: FollowerPage, number: number) => FollowerPage) =>
    openPassing(25, async (...page) => spoil(...page))
  /** Two entries at the end of a page that name nobody. */
  const spoilt = (page: FollowerPage): FollowerPage => ({ ...page, openids: page.openids.slice(0, -2), odd: 2 })

  it('do not end the list, are told, and keep nobody else from being found', async () => {
    const { syncSo, take, lines } = await openOdd((page, number) => (number === 1 ? spoilt(page) : page))
    expect(await syncSo()).toMatchObject({ pages: 3, followers: 23, added: 23, odd: 2, complete: true })
    expect(new Set(take('follow')).size).toBe(23)
    expect(lines).toContainEqual(expect.objectContaining({ event: 'sync-followers.odd' }))
  })

  // Whose entry could not be read was not seen; to say that they unfollowed would be wrong.
  it('have nobody taken for removed: WeChat is asked about whom it did not name', async () => {
    const { runSync, syncSo, control, followerLinks, work, queued, tick, openidOf } = await openOdd((page, number) =>
      number === 1 ? spoilt(page) : page,
    )
    await runSync()
    await work(queued.splice(0))
    tick(dayMs)
    await control('/people/change', { first: 3, count: 1, following: false })
    expect(await syncSo()).toMatchObject({ added: 0, removed: 3 })
    expect(queued.map(news => news.change)).toEqual(['follow'])
    await work(queued.splice(0))
    const openids = await Promise.all(Array.from({ length: 25 }, (_, person) => openidOf(person)))
    const rows = await followerLinks.followers(openids)
    const hasLeft = (openid: OpenId) => {
      const row = rows.get(openid)
      return row !== undefined && isReadable(row) && !row.following
    }
    expect(openids.filter(hasLeft)).toEqual([openids[3]])
  })

  it('may be all of a page', async () => {
    const { syncSo, take } = await openOdd((page, number) =>
      number === 2 ? { ...page, openids: [], odd: page.openids.length } : page,
    )
    expect(await syncSo()).toMatchObject({ pages: 3, followers: 15, complete: true })
    expect(new Set(take('follow')).size).toBe(15)
  })

  it('do not make a sync run go on for ever where WeChat does not tell how many follow', async () => {
    const { syncSo, syncRuns } = await openOdd(({ total: _, ...page }) => page)
    expect(await syncSo()).toMatchObject({ pages: 3, followers: 25, total: 0, complete: true })
    expect((await syncRuns.state()).complete).toMatchObject({ total: 0, minTotal: 0 })
  })
})

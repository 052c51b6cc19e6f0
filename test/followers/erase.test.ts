import { inspect } from 'node:util'

import { describe, expect, it } from 'vitest'

import type { Erasure, FollowerNews, News } from '../../lib/followers/follower-news.ts'
import type { Address } from '../../lib/identifiers.ts'
import { ownerOf } from '../../lib/images/image-keys.ts'
import { logIn, parseLogin } from '../../lib/login/login.ts'
import { id } from '../ids.ts'
import type { Person } from '../world.ts'
import { openFollowers } from './followers-world.ts'

const erasureOf = (who: readonly Address[], at: number): Erasure => ({ change: 'erase', who, at, isSecond: false })

async function openErasure() {
  const world = await openFollowers()
  const { links, atAccount, atMini, syncRuns, journal, person, tick, work, runSync, seconds } = world
  const follow = (who: Person): FollowerNews => ({
    change: 'follow',
    official: world.official.appid,
    openids: [who.openid],
    at: seconds(),
  })

  /** A follower whom an event told of, whom a sync run has seen, and who has logged in. */
  const openFollower = async () => {
    const who = await person({ following: true })
    await work([follow(who)])
    await runSync()
    await links.writeLogin({ ...atMini(who), ...(who.unionid && { unionid: who.unionid }) }, world.now())
    await journal.note({ follow: [who.openid], unfollow: [] }, world.now())
    tick(10_000)
    return who
  }
  /** Everything that is kept, as text. */
  const scan = async () => {
    const { current, complete } = await syncRuns.state()
    const pages = await Promise.all(
      [current, complete].map(syncRun => (syncRun === undefined ? [] : Array.fromAsync(syncRuns.openids(syncRun)))),
    )
    const kept = [links.all(), pages, await Array.fromAsync(journal.entries()), await syncRuns.state(), world.later]
    return inspect(kept, { depth: 12, maxArrayLength: null })
  }
  const traces = async ({ openid, miniOpenid, unionid }: Person) => {
    const text = await scan()
    return [openid, miniOpenid, unionid ?? openid].filter(name => text.includes(name))
  }
  /** What was put off is done by now, and what that put off; answers what must come again. */
  const workLater = async () => {
    const failed: News[] = []
    while (world.later.length > 0) failed.push(...(await work(world.later.splice(0).map(second => second.news))))
    return failed
  }
  /** Where they are found by one of the ids. */
  const addressOf = (who: Person, key: 'openid' | 'unionid' | 'miniOpenid'): Address => {
    if (key === 'unionid') return { unionid: who.unionid ?? id('u') }
    return key === 'openid' ? atAccount(who) : atMini(who)
  }
  const erase = (who: Person) => work([erasureOf([atAccount(who)], seconds())])
  /** Leaves and follows again, some seconds later. */
  const followAgain = async ({ id: person }: Person) => {
    tick(5_000)
    for (const change of ['unfollow', 'follow']) await world.control(`/people/${person}/${change}`, { silent: true })
  }
  /** Logs in as the mini program does; answers how the person is reached then. */
  const logInAgain = async (who: Person) => {
    const { code } = parseLogin(JSON.stringify(await world.control(`/people/${who.id}/login`, {})))
    const sessions = { sign: async () => 'session', lifeSeconds: 1 }
    const { wechat } = world.app('mini')
    return (await logIn({ code }, { ...world, minis: [{ app: world.miniProgram, wechat }], sessions })).reach
  }
  return { ...world, addressOf, openFollower, traces, follow, erase, followAgain, workLater, logInAgain }
}

describe('an erasure', () => {
  it.each(['openid', 'unionid', 'miniOpenid'] as const)('by %s leaves no trace in any row, page or note', async key => {
    const { openFollower, traces, work, workLater, seconds, later, addressOf } = await openErasure()
    const who = await openFollower()
    expect(await traces(who)).toHaveLength(3)
    expect(await work([erasureOf([addressOf(who, key)], seconds())])).toEqual([])
    expect(new Set(later.map(second => second.seconds))).toEqual(new Set([120]))
    expect(await workLater()).toEqual([])
    expect(await traces(who)).toEqual([])
  })

  it.each(['openid', 'unionid', 'miniOpenid'] as const)('by %s has the pictures of the person removed', async key => {
    const { openFollower, work, workLater, seconds, unpictured, lines, mini, addressOf } = await openErasure()
    const who = await openFollower()
    const at = seconds()
    await work([erasureOf([addressOf(who, key)], at)])
    const owner = ownerOf(mini, who.miniOpenid)
    expect(unpictured.splice(0)).toEqual([{ forget: owner, at, isSecond: false }])
    await workLater()
    expect(unpictured).toContainEqual({ forget: owner, at, isSecond: false })
    // By which ops find what caches still hold.
    const erased = lines.filter(line => line.event === 'link-followers.erased')
    expect(erased).toContainEqual(expect.objectContaining({ fields: expect.objectContaining({ owners: [owner] }) }))
  })

  it('has also the pictures removed of a login that it comes upon on the way', async () => {
    const { openFollower, work, seconds, unpictured, atAccount, mini, deps } = await openErasure()
    const who = await openFollower()
    const at = seconds()
    const blind = {
      ...deps.links,
      idsOf: async () => [atAccount(who), ...(who.unionid ? [{ unionid: who.unionid }] : [])],
    }
    await work([erasureOf([atAccount(who)], at)], { links: blind })
    expect(unpictured).toEqual([{ forget: ownerOf(mini, who.miniOpenid), at, isSecond: false }])
  })

  it('takes along the rows of another unionid than the event names: the apps may have been bound anew', async () => {
    const { openFollower, traces, work, workLater, seconds, atAccount } = await openErasure()
    const who = await openFollower()
    await work([erasureOf([atAccount(who), { unionid: id('uAnother') }], seconds())])
    await workLater()
    expect(await traces(who)).toEqual([])
  })

  it('is not undone by late events, a sync run, or what was queued before it, even while the person follows', async () => {
    const { openFollower, traces, work, workLater, runSync, seconds, queued, erase, follow } = await openErasure()
    const who = await openFollower()
    const late: News = { ...follow(who), at: seconds() - 5 }
    const left: News = { ...late, change: 'unfollow' }
    await erase(who)
    await workLater()
    await work([late])
    await work([left])
    await runSync({ everyone: true })
    await work(queued.splice(0))
    expect(await traces(who)).toEqual([])
  })

  it('takes along what another process had read before it and writes after it', async () => {
    const { openFollower, traces, work, workLater, person, follow, erase, followerLinks, linksWith } =
      await openErasure()
    await openFollower()
    const who = await person({ following: true })
    // The erasure comes between the reading of the marks and the writing of the row.
    const slow = linksWith({
      writeFollower: async (...row) => {
        await erase(who)
        return followerLinks.writeFollower(...row)
      },
    })
    await work([follow(who)], { links: slow })
    expect(await traces(who)).not.toEqual([])
    await workLater()
    expect(await traces(who)).toEqual([])
  })

  it('ends when the person follows again', async () => {
    const { openFollower, follow, reach, work, workLater, runSync, queued, syncRuns, erase, followAgain } =
      await openErasure()
    const who = await openFollower()
    await erase(who)
    await workLater()
    await followAgain(who)
    await work([follow(who)])
    expect(await reach(who)).toBe('reachable')
    await runSync()
    expect(queued).toEqual([])
    const { complete } = await syncRuns.state()
    expect(complete?.followers).toBe(1)
  })

  it('ends also when the event of that was lost: the next sync run asks WeChat', async () => {
    const { openFollower, reach, work, workLater, runSync, queued, erase, followAgain } = await openErasure()
    const who = await openFollower()
    await erase(who)
    await workLater()
    await runSync()
    expect(queued).toEqual([])
    await followAgain(who)
    await runSync()
    await work(queued.splice(0))
    expect(await reach(who)).toBe('reachable')
  })

  it('ends when the person logs in again: who follows all along is found by the next sync run', async () => {
    const { openFollower, links, reach, work, workLater, runSync, queued, tick, now, erase, resolve, atMini } =
      await openErasure()
    const who = await openFollower()
    await erase(who)
    await workLater()
    await runSync()
    expect([queued, await reach(who)]).toEqual([[], 'unknown'])
    tick(5_000)
    await links.writeLogin({ ...atMini(who), ...(who.unionid && { unionid: who.unionid }) }, now())
    await runSync()
    await work(queued.splice(0))
    expect(await reach(who)).toBe('reachable')
    const byUnionid = await resolve([{ unionid: who.unionid ?? id('u') }])
    expect(byUnionid).toMatchObject([{ openid: who.openid, following: true }])
    await runSync()
    expect(queued).toEqual([])
  })

  it('undoes nothing the second time of one who logged in between and was linked by a sync run', async () => {
    const {
      openFollower,
      logInAgain,
      reach,
      work,
      workLater,
      runSync,
      queued,
      tick,
      erasures,
      erase,
      resolve,
      atMini,
    } = await openErasure()
    const who = await openFollower()
    await erase(who)
    tick(4_000)
    expect(await logInAgain(who)).toBe('not-following')
    tick(2_000)
    await runSync()
    await work(queued.splice(0))
    expect(await reach(who)).toBe('reachable')
    tick(125_000)
    expect(await workLater()).toEqual([])
    expect(await reach(who)).toBe('reachable')
    expect(await resolve([atMini(who)])).toMatchObject([{ openid: who.openid, following: true }])
    // A mark would have the next sync run of everyone pass over them.
    expect(await erasures.marksOf([who.openid])).toEqual(new Map())
    await runSync()
    expect(queued).toEqual([])
  })

  it('that comes late undoes nothing of one who has logged in again since, though it taught nothing new', async () => {
    const { openFollower, logInAgain, reach, work, workLater, tick, seconds, erasures, atAccount } = await openErasure()
    const who = await openFollower()
    const request = erasureOf([atAccount(who)], seconds())
    tick(5_000)
    expect(await logInAgain(who)).toBe('reachable')
    expect(await work([request])).toEqual([])
    expect(await workLater()).toEqual([])
    expect(await reach(who)).toBe('reachable')
    expect(await erasures.marksOf([who.openid])).toEqual(new Map())
  })

  it('that comes late undoes nothing of one who has followed again since', async () => {
    const { openFollower, follow, reach, work, workLater, seconds, followAgain, erasures, atAccount } =
      await openErasure()
    const who = await openFollower()
    const request = erasureOf([atAccount(who)], seconds())
    await followAgain(who)
    await work([follow(who)])
    await work([request])
    await workLater()
    expect(await reach(who)).toBe('reachable')
    // Or a sync run of everyone would pass over a follower.
    expect(await erasures.marksOf([who.openid])).toEqual(new Map())
  })

  it('tells the queue of all ids before the row goes that leads to them', async () => {
    const { openFollower, work, later, seconds, deps, atAccount, addressOf } = await openErasure()
    const who = await openFollower()
    // Killed right after the first row has gone, having been told of nothing but the openid.
    const blind = {
      ...deps.links,
      idsOf: async (told: Address) => [told],
      erase: async (...args: Parameters<typeof deps.links.erase>) => {
        const found = await deps.links.erase(...args)
        if (found.length === 0) throw new Error('killed')
        return found
      },
    }
    await work([erasureOf([atAccount(who)], seconds())], { links: blind })
    const all = (['openid', 'unionid', 'miniOpenid'] as const).map(key => addressOf(who, key))
    expect(later.map(second => second.news)).toContainEqual(expect.objectContaining({ who: all }))
  })

  it('is finished after a crash between any two of its steps', async () => {
    const { openFollower, traces, work, workLater, seconds, unpictured, atAccount, mini, linksWith, deps, account } =
      await openErasure()
    const crash = () => Promise.reject(new Error('killed'))
    const crashes = [
      { imageArrivals: { push: crash } },
      { links: { ...deps.links, erase: crash } },
      { links: linksWith({ followers: crash }) },
      { syncRuns: { ...account.syncRuns, forget: crash } },
      { journal: { ...account.journal, forget: crash } },
    ]
    for (const crashing of crashes) {
      const who = await openFollower()
      const request = erasureOf([atAccount(who)], seconds())
      expect(await work([request], crashing)).toEqual([request])
      expect(await work([request])).toEqual([])
      await workLater()
      expect(await traces(who)).toEqual([])
      const forget = ownerOf(mini, who.miniOpenid)
      expect(unpictured).toContainEqual({ forget, at: request.at, isSecond: false })
    }
  })
})

describe('whoever withdrew what a picture may have been made of', () => {
  it.each(['openid', 'unionid', 'miniOpenid'] as const)('loses the pictures and follows on, told by %s', async key => {
    const { openFollower, work, runSync, reach, seconds, unpictured, later, queued, mini, addressOf } =
      await openErasure()
    const who = await openFollower()
    expect(await work([{ change: 'erase-pictures', who: [addressOf(who, key)], at: seconds() }])).toEqual([])
    expect(unpictured).toContainEqual({
      forget: ownerOf(mini, who.miniOpenid),
      at: seconds(),
      isSecond: false,
    })
    expect([later, await reach(who)]).toEqual([[], 'reachable'])
    await runSync()
    expect(queued).toEqual([])
  })

  it('is heard again if their pictures could not be told of', async () => {
    const { openFollower, work, seconds, atMini } = await openErasure()
    const who = await openFollower()
    const request: News = { change: 'erase-pictures', who: [atMini(who)], at: seconds() }
    const broken = { imageArrivals: { push: () => Promise.reject(new Error('SQS is away')) } }
    expect(await work([request], broken)).toEqual([request])
  })
})

describe('whoever unfollowed', () => {
  it('is forgotten after the retention time, with the login, and nobody who returned', async () => {
    const { openFollower, traces, control, reach, work, runSync, queued, revisit, tick, unpictured, official } =
      await openErasure()
    const [leaver, returner] = [await openFollower(), await openFollower()]
    for (const who of [leaver, returner]) await control(`/people/${who.id}/unfollow`, { silent: true })
    await runSync()
    await work(queued.splice(0))
    tick(29 * 86_400_000)
    expect(await revisit()).toMatchObject({ expired: 0 })
    tick(2 * 86_400_000)
    expect(await revisit()).toMatchObject({ expired: 2 })
    await control(`/people/${returner.id}/follow`, { silent: true })
    await work([{ change: 'follow', official: official.appid, openids: [returner.openid], at: 0 }])
    await work(queued.splice(0))
    expect(await traces(leaver)).toEqual([])
    // They may go on using the mini program.
    expect(unpictured).toEqual([])
    expect(await reach(returner)).toBe('reachable')
  })

  // Their rows were gone at the first try, so the second took them for one who had returned, and left the rest.
  it.each(['syncRuns', 'journal'] as const)('is forgotten in the %s too, though only at a second try', async store => {
    const { openFollower, traces, work, tick, seconds, account, official } = await openErasure()
    const who = await openFollower()
    const left = { official: official.appid, openids: [who.openid], at: seconds() }
    await work([{ change: 'unfollow', ...left }])
    tick(31 * 86_400_000)
    const expiry = { change: 'expire', ...left } as const
    const broken = { ...account[store], forget: () => Promise.reject(new Error('DynamoDB is away')) }
    expect(await work([expiry], { [store]: broken })).toEqual([expiry])
    expect(await traces(who)).toContain(who.openid)
    expect(await work([expiry])).toEqual([])
    expect(await traces(who)).toEqual([])
  })
})

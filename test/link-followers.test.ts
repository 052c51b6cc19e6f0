import * as v from 'valibot'
import { describe, expect, it } from 'vitest'

import { type FollowerNews, parseNews } from '../lib/follower-news.ts'
import type { LinkFollowersDeps } from '../lib/link-followers.ts'
import { openFollowers } from './followers-world.ts'
import { id } from './ids.ts'
import type { Person } from './world.ts'

const batchget = '/cgi-bin/user/info/batchget'

async function openLinks() {
  const world = await openFollowers()
  const news = (change: FollowerNews['change'], ...people: Person[]): FollowerNews => ({
    change,
    openids: people.map(it => it.openid),
    at: world.seconds(),
  })
  const follow = (who: Person) => world.control(`/people/${who.id}/follow`, { silent: true })
  const unfollow = (who: Person) => world.control(`/people/${who.id}/unfollow`, { silent: true })
  return { ...world, news, follow, unfollow }
}

describe('linkFollowers', () => {
  it('links a follower by the unionid that WeChat tells', async () => {
    const { work, links, news, person } = await openLinks()
    const who = await person({ following: true })
    expect(await work([news('follow', who)])).toEqual([])
    const [byUnionid] = await links.resolve([{ unionid: who.unionid ?? id('u') }])
    expect(byUnionid).toMatchObject({ known: true, openid: who.openid, unionid: who.unionid, following: true })
  })

  it('ends in the truth whichever order the events came in, also repeated and late', async () => {
    const { work, news, person, follow, unfollow, reach, tick } = await openLinks()
    const [leaver, returner] = [await person(), await person()]
    const told: FollowerNews[] = []
    const step = async (who: Person, change: FollowerNews['change']) => {
      await (change === 'follow' ? follow(who) : unfollow(who))
      told.push(news(change, who))
      tick(2_000)
    }
    for (const change of ['follow', 'unfollow'] as const) await step(leaver, change)
    for (const change of ['follow', 'unfollow', 'follow'] as const) await step(returner, change)
    for (const it of [...told].reverse()) await work([it])
    for (const it of told) await work([it])
    expect([await reach(leaver), await reach(returner)]).toEqual(['not-following', 'reachable'])
  })

  it('asks WeChat when follow and unfollow share a second, in both orders', async () => {
    const { work, news, person, follow, unfollow, reach } = await openLinks()
    const [leaver, returner] = [await person(), await person()]
    await follow(leaver)
    await work([news('follow', leaver)])
    await unfollow(leaver)
    await work([news('unfollow', leaver)])
    await follow(returner)
    await work([news('unfollow', returner)])
    await work([news('follow', returner)])
    await work([news('unfollow', returner)])
    expect([await reach(leaver), await reach(returner)]).toEqual(['not-following', 'reachable'])
  })

  it('asks in hundreds, and once for one who is named twice', async () => {
    const { work, control, calls, news, person } = await openLinks()
    await control('/people', { count: 249, following: true })
    const people = await Promise.all(Array.from({ length: 249 }, (_, index) => control(`/people/${index}`)))
    const openids = people.map(it => [id(v.parse(v.object({ openid: v.string() }), it).openid)])
    const last = await person({ following: true })
    const told = openids.map(it => ({ change: 'follow' as const, openids: it, at: 1 }))
    expect(await work([...told, ...told, news('follow', last)])).toEqual([])
    expect(await calls(batchget)).toBe(3)
  })

  it('finds the one bad openid that fails its batch, and links the others', async () => {
    const { work, news, person, reach, lines } = await openLinks()
    const people = await Promise.all(Array.from({ length: 9 }, () => person({ following: true })))
    const bad = { ...news('follow'), openids: [id('oNobodyAtAll-0000000000000000')] }
    expect(await work([news('follow', ...people), bad])).toEqual([])
    expect(new Set(await Promise.all(people.map(reach)))).toEqual(new Set(['reachable']))
    expect(lines.filter(it => it.event === 'link-followers.bad-openid')).toHaveLength(1)
    expect(JSON.stringify(lines)).not.toContain('oNobodyAtAll-0000000000000000')
  })

  it('writes nothing and reads one batch when nothing is new', async () => {
    const { work, links, news, person, tick } = await openLinks()
    const who = await person({ following: true })
    await work([news('follow', who)])
    tick(60_000)
    const writes: unknown[] = []
    const watched = { ...links, writeFollower: async (row: unknown) => writes.push(row) > 0 }
    expect(await work([news('follow', who)], { links: watched })).toEqual([])
    expect(writes).toEqual([])
  })

  it('hands back what it could not do, and only that', async () => {
    const { work, control, news, person, reach } = await openLinks()
    const [asked, left] = [await person({ following: true }), await person()]
    await control('/faults', { path: batchget, kind: 'errcode', errcode: -1 })
    const [follow, unfollow] = [news('follow', asked), news('unfollow', left)]
    expect(await work([follow])).toEqual([follow])
    expect(await work([follow, unfollow])).toEqual([])
    expect([await reach(asked), await reach(left)]).toEqual(['reachable', 'not-following'])
  })

  it('wins through when another process writes the same follower at the same time', async () => {
    const { work, links, news, person, follow, reach } = await openLinks()
    const who = await person()
    await follow(who)
    let rival = true
    const contended: LinkFollowersDeps['links'] = {
      ...links,
      async writeFollower(row, stored) {
        if (rival) await links.writeFollower({ openid: who.openid, following: false, at: row.at }, stored)
        rival = false
        return links.writeFollower(row, stored)
      },
    }
    expect(await work([news('follow', who)], { links: contended })).toEqual([])
    expect(await reach(who)).toBe('reachable')
  })

  it('writes over a row that cannot be read what WeChat says now, of who follows and of who left', async () => {
    const { work, links, news, person, follow, unfollow, reach } = await openLinks()
    const people = [await person({ following: true }), await person({ following: true }), await person()]
    const [one, leaver, other] = people
    if (!one || !leaver || !other) throw new Error('nobody there')
    await work([news('follow', one, leaver)])
    for (const it of [one, leaver]) await links.spoil({ openid: it.openid })
    await unfollow(leaver)
    await follow(other)
    expect(await work([news('follow', one), news('unfollow', leaver), news('follow', other)])).toEqual([])
    expect(await Promise.all(people.map(reach))).toEqual(['reachable', 'not-following', 'reachable'])
    expect(await links.resolve([{ unionid: leaver.unionid ?? id('u') }])).toMatchObject([{ following: false }])
  })

  it('asks WeChat before it writes over such a row: what was told may be old', async () => {
    const { work, links, news, person, follow, unfollow, reach, tick } = await openLinks()
    const who = await person({ following: true })
    const late = news('unfollow', who)
    tick(5_000)
    await unfollow(who)
    await follow(who)
    await work([news('follow', who)])
    await links.spoil({ openid: who.openid })
    expect(await work([late])).toEqual([])
    expect(await reach(who)).toBe('reachable')
  })

  it('hands back the one whose rows cannot be written, and links the others', async () => {
    const { work, links, news, person, reach } = await openLinks()
    const [one, other] = [await person({ following: true }), await person({ following: true })]
    const broken: LinkFollowersDeps['links'] = {
      ...links,
      writeFollower: (row, stored) =>
        row.openid === one.openid ? Promise.reject(new Error('throttled')) : links.writeFollower(row, stored),
    }
    const failed = news('follow', one)
    expect(await work([failed, news('follow', other)], { links: broken })).toEqual([failed])
    expect(await reach(other)).toBe('reachable')
  })

  it('takes an openid that WeChat does not know any more for one that has left, and makes no row of it', async () => {
    const { work, links, news } = await openLinks()
    const [gone, never] = [id('oGone-0000000000000000000000'), id('oNever-000000000000000000000')]
    await links.writeFollower({ openid: gone, unionid: id('uGone'), following: true, followedAt: 1, at: 1 }, undefined)
    expect(await work([{ ...news('follow'), openids: [gone, never] }])).toEqual([])
    expect(await links.resolve([{ unionid: id('uGone') }, { openid: never }])).toEqual([
      { known: true, unionid: id('uGone'), openid: gone, following: false },
      { known: false, following: false },
    ])
  })

  it('halves a batch that WeChat finds too long', async () => {
    const { work, control, calls, news, person, reach } = await openLinks()
    const people = await Promise.all(Array.from({ length: 6 }, () => person({ following: true })))
    await control('/faults', { path: batchget, kind: 'errcode', errcode: 40032 })
    expect(await work([news('follow', ...people)])).toEqual([])
    expect(new Set(await Promise.all(people.map(reach)))).toEqual(new Set(['reachable']))
    // The box counts no call that a fault kept from it.
    expect(await calls(batchget)).toBe(2)
  })

  it('puts off until midnight in China what today’s quota does not do for, and loses nothing', async () => {
    const { work, control, news, person, reach, putOff, unfollow } = await openLinks()
    const [asked, left] = [await person({ following: true }), await person({ following: true })]
    await unfollow(left)
    await control('/quota', { app: 'official', path: batchget, day: 5, used: 5 })
    const [follow, other] = [news('follow', asked), news('unfollow', left)]
    expect(await work([follow, other])).toEqual([follow, other])
    // It is noon in China; SQS hides a message for twelve hours at most.
    expect(putOff).toEqual([11 * 3600, 11 * 3600])
    await control('/quota', { app: 'official', path: batchget, day: 5, used: 0 })
    expect(await work([follow, other])).toEqual([])
    expect([await reach(asked), await reach(left)]).toEqual(['reachable', 'not-following'])
  })

  it('notes for the next walk what events told and was linked, and nothing else', async () => {
    const { work, control, news, person, journal, unfollow } = await openLinks()
    const [came, left, failed, walked] = await Promise.all([1, 2, 3, 4].map(() => person({ following: true })))
    if (!came || !left || !failed || !walked) throw new Error('nobody there')
    await unfollow(left)
    await work([news('follow', came), news('unfollow', left), { ...news('follow', walked) }])
    await control('/faults', { path: batchget, kind: 'errcode', errcode: -1 })
    await work([news('follow', failed)])
    expect(await Array.fromAsync(journal.entries())).toMatchObject([
      { follow: [came.openid, walked.openid], unfollow: [left.openid] },
    ])
  })

  it('is looked up again by the next walk, who had left when WeChat was asked and came back unseen', async () => {
    const { work, walk, queued, person, reach, unfollow, follow } = await openLinks()
    const who = await person({ following: true })
    await walk()
    await unfollow(who)
    await work(queued.splice(0))
    expect(await reach(who)).toBe('not-following')
    await follow(who)
    await walk()
    await work(queued.splice(0))
    expect(await reach(who)).toBe('reachable')
  })

  it('keeps a follower without unionid, and asks again after a week', async () => {
    const { work, control, calls, reach, links, news, person, revisit, queued, tick } = await openLinks()
    const who = await person({ following: true, unionid: false })
    await work([news('follow', who)])
    expect(await reach(who)).toBe('reachable')
    tick(6 * 86_400_000)
    expect(await revisit()).toMatchObject({ asked: 0 })
    tick(2 * 86_400_000)
    expect(await revisit()).toMatchObject({ asked: 1 })
    await work(queued.splice(0))
    // Asked just now, they wait for another week.
    expect(await revisit()).toMatchObject({ asked: 0 })
    tick(8 * 86_400_000)
    await control(`/people/${who.id}/bind`, {})
    expect(await revisit()).toMatchObject({ asked: 1 })
    await work(queued.splice(0))
    expect(await links.resolve([{ openid: who.openid }])).toMatchObject([{ unionid: expect.anything() }])
    tick(8 * 86_400_000)
    expect(await revisit()).toMatchObject({ asked: 0 })
    expect(await calls(batchget)).toBe(3)
  })

  it('asks for the first hundred of many without unionid, and for the others once one of them has one', async () => {
    const { work, walk, control, queued, revisit, tick } = await openLinks()
    await control('/people', { count: 250, following: true, unionid: false })
    await walk()
    await work(queued.splice(0))
    tick(8 * 86_400_000)
    expect(await revisit()).toMatchObject({ asked: 100 })
    expect(queued.splice(0)).toHaveLength(1)
    await control('/people/change', { first: 0, count: 250, unionid: true })
    expect(await revisit()).toMatchObject({ asked: 250 })
  })
})

describe('parseNews', () => {
  it.each([
    '',
    '{}',
    '{"change":"follow","openids":["a b"],"at":1}',
    '{"change":"gone","openids":[],"at":1}',
    '{"change":"erase","who":{"openid":"a b"},"at":1,"isSecond":false}',
  ])('refuses %s', body => {
    expect(() => parseNews(body)).toThrow()
  })
})

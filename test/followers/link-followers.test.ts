import * as v from 'valibot'
import { describe, expect, it } from 'vitest'
import type { Account, StageDeps } from '../../lib/followers/deps.ts'
import { type FollowerNews, parseNews } from '../../lib/followers/follower-news.ts'
import { linkFollowers } from '../../lib/followers/link-followers.ts'
import { isId, maskId, type OpenId } from '../../lib/identifiers.ts'
import { id } from '../ids.ts'
import type { Person } from '../world.ts'
import { openFollowers } from './followers-world.ts'

const batchget = '/cgi-bin/user/info/batchget'

async function openLinks() {
  const world = await openFollowers()
  const news = (change: FollowerNews['change'], ...people: Person[]): FollowerNews => ({
    change,
    official: world.official.appid,
    openids: people.map(person => person.openid),
    at: world.seconds(),
  })
  const follow = (who: Person) => world.control(`/people/${who.id}/follow`, { silent: true })
  const unfollow = (who: Person) => world.control(`/people/${who.id}/unfollow`, { silent: true })
  return { ...world, news, follow, unfollow }
}

describe('linkFollowers', () => {
  it('links a follower by the unionid that WeChat tells', async () => {
    const { work, news, person, resolve } = await openLinks()
    const who = await person({ following: true })
    expect(await work([news('follow', who)])).toEqual([])
    const [byUnionid] = await resolve([{ unionid: who.unionid ?? id('u') }])
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
    for (const one of [...told].reverse()) await work([one])
    for (const one of told) await work([one])
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
    const openids = people.map(person => [id(v.parse(v.object({ openid: v.string() }), person).openid)])
    const last = await person({ following: true })
    const told = openids.map(some => ({ ...news('follow'), openids: some, at: 1 }))
    expect(await work([...told, ...told, news('follow', last)])).toEqual([])
    expect(await calls(batchget)).toBe(3)
  })

  it('finds the one bad openid that fails its batch, and links the others', async () => {
    const { work, news, person, reach, lines } = await openLinks()
    const people = await Promise.all(Array.from({ length: 9 }, () => person({ following: true })))
    const bad = { ...news('follow'), openids: [id('oNobodyAtAll-0000000000000000')] }
    expect(await work([news('follow', ...people), bad])).toEqual([])
    expect(new Set(await Promise.all(people.map(reach)))).toEqual(new Set(['reachable']))
    expect(lines.filter(line => line.event === 'link-followers.bad-openid')).toHaveLength(1)
    expect(JSON.stringify(lines)).not.toContain('oNobodyAtAll-0000000000000000')
  })

  it('writes nothing and reads one batch when nothing is new', async () => {
    const { work, news, person, tick, linksWith } = await openLinks()
    const who = await person({ following: true })
    await work([news('follow', who)])
    tick(60_000)
    const writes: unknown[] = []
    const watched = linksWith({ writeFollower: async row => writes.push(row) > 0 })
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

  it.each([
    ['a passing errcode', { kind: 'errcode', errcode: -1 }],
    ['a failing gateway', { kind: 'status', status: 503 }],
    ['a lost connection', { kind: 'reset-before' }],
  ])('tries again within seconds after %s, later after each receive', async (_what, fault) => {
    const { deps, control, news, person, putOff } = await openLinks()
    const who = await person({ following: true })
    await control('/faults', { path: batchget, ...fault, times: 20 })
    for (const receives of [1, 2, 3]) {
      const arrival = { news: news('follow', who), receiptHandle: 'r', receives }
      expect(await linkFollowers([arrival], deps, { until: Number.POSITIVE_INFINITY })).toEqual([arrival])
    }
    expect(putOff).toEqual([10, 20, 40])
  })

  it('leaves to the queue’s own time what somebody has to mend first, so that the tries last', async () => {
    const { work, control, news, person, putOff } = await openLinks()
    const told = news('follow', await person({ following: true }))
    await control('/faults', { path: batchget, kind: 'errcode', errcode: 48001 })
    expect(await work([told])).toEqual([told])
    expect(putOff).toEqual([])
  })

  it('tries again within seconds what could not be written, noted or forgotten', async () => {
    const { work, news, person, putOff, journal, seconds } = await openLinks()
    const told = news('follow', await person({ following: true }))
    const away = () => Promise.reject(new Error('DynamoDB is away'))
    expect(await work([told], { journal: { ...journal, note: away } })).toEqual([told])
    const request = {
      change: 'erase',
      who: [{ official: told.official, openid: told.openids[0] ?? id('o') }],
      at: seconds(),
      isSecond: false,
    } as const
    expect(
      await work([request], { followers: { push: away, retryIn: async (_, seconds) => void putOff.push(seconds) } }),
    ).toEqual([request])
    expect(putOff).toEqual([10, 10])
  })

  it('fails no message more when it cannot put one off', async () => {
    const { work, control, news, person, deps } = await openLinks()
    const told = news('follow', await person({ following: true }))
    const left = news('unfollow', await person())
    await control('/faults', { path: batchget, kind: 'errcode', errcode: -1 })
    const followers = { ...deps.followers, retryIn: () => Promise.reject(new Error('SQS is away')) }
    expect(await work([told], { followers })).toEqual([told])
    expect(await work([told, left])).toEqual([])
  })

  it('wins through when another process writes the same follower at the same time', async () => {
    const { work, news, person, follow, reach, followerLinks, linksWith } = await openLinks()
    const who = await person()
    await follow(who)
    let rival = true
    const contended = linksWith({
      async writeFollower(row, stored) {
        if (rival) await followerLinks.writeFollower({ openid: who.openid, following: false, at: row.at }, stored)
        rival = false
        return followerLinks.writeFollower(row, stored)
      },
    })
    expect(await work([news('follow', who)], { links: contended })).toEqual([])
    expect(await reach(who)).toBe('reachable')
  })

  it('writes over a row that cannot be read what WeChat says now, of who follows and of who unfollowed', async () => {
    const { work, links, news, person, follow, unfollow, reach, resolve, atAccount } = await openLinks()
    const people = [await person({ following: true }), await person({ following: true }), await person()]
    const [one, leaver, other] = people
    if (!one || !leaver || !other) throw new Error('nobody there')
    await work([news('follow', one, leaver)])
    for (const row of [one, leaver]) await links.spoil(atAccount(row))
    await unfollow(leaver)
    await follow(other)
    expect(await work([news('follow', one), news('unfollow', leaver), news('follow', other)])).toEqual([])
    expect(await Promise.all(people.map(reach))).toEqual(['reachable', 'not-following', 'reachable'])
    expect(await resolve([{ unionid: leaver.unionid ?? id('u') }])).toMatchObject([{ following: false }])
  })

  it('asks WeChat before it writes over such a row: what was told may be old', async () => {
    const { work, links, news, person, follow, unfollow, reach, tick, atAccount } = await openLinks()
    const who = await person({ following: true })
    const late = news('unfollow', who)
    tick(5_000)
    await unfollow(who)
    await follow(who)
    await work([news('follow', who)])
    await links.spoil(atAccount(who))
    expect(await work([late])).toEqual([])
    expect(await reach(who)).toBe('reachable')
  })

  it('hands back the one whose rows cannot be written, and links the others', async () => {
    const { work, news, person, reach, followerLinks, linksWith } = await openLinks()
    const [one, other] = [await person({ following: true }), await person({ following: true })]
    const broken = linksWith({
      writeFollower: (row, stored) =>
        row.openid === one.openid ? Promise.reject(new Error('throttled')) : followerLinks.writeFollower(row, stored),
    })
    const failed = news('follow', one)
    expect(await work([failed, news('follow', other)], { links: broken })).toEqual([failed])
    expect(await reach(other)).toBe('reachable')
  })

  it('takes an openid that WeChat does not know any more for one that has unfollowed, and makes no row of it', async () => {
    const { work, resolve, atAccount, followerLinks, news } = await openLinks()
    const [gone, never] = [id('oGone-0000000000000000000000'), id('oNever-000000000000000000000')]
    await followerLinks.writeFollower(
      { openid: gone, unionid: id('uGone'), following: true, followedAt: 1, at: 1 },
      undefined,
    )
    expect(await work([{ ...news('follow'), openids: [gone, never] }])).toEqual([])
    expect(await resolve([{ unionid: id('uGone') }, atAccount({ openid: never })])).toEqual([
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

  it('puts off until midnight in China what today’s quota is too small for, once it is sure, and loses nothing', async () => {
    const { work, control, news, person, reach, putOff, unfollow } = await openLinks()
    const [asked, left] = [await person({ following: true }), await person({ following: true })]
    await unfollow(left)
    await control('/quota', { app: 'official', path: batchget, day: 5, used: 5 })
    const [follow, other] = [news('follow', asked), news('unfollow', left)]
    for (const receives of [1, 2, 3]) expect(await work([follow, other], {}, receives)).toEqual([follow, other])
    // 45009 may be of a minute. It is noon in China; SQS hides a message for twelve hours at most.
    expect(putOff).toEqual([60, 600, 11 * 3600].flatMap(it => [it, it]))
    await control('/quota', { app: 'official', path: batchget, day: 5, used: 0 })
    expect(await work([follow, other])).toEqual([])
    expect([await reach(asked), await reach(left)]).toEqual(['reachable', 'not-following'])
  })

  it('notes for the next sync run what events told and was linked, and nothing else', async () => {
    const { work, control, news, person, journal, unfollow } = await openLinks()
    const [followed, unfollowed, failed, synced] = await Promise.all(
      [1, 2, 3, 4].map(() => person({ following: true })),
    )
    if (!followed || !unfollowed || !failed || !synced) throw new Error('nobody there')
    await unfollow(unfollowed)
    await work([news('follow', followed), news('unfollow', unfollowed), { ...news('follow', synced) }])
    await control('/faults', { path: batchget, kind: 'errcode', errcode: -1 })
    await work([news('follow', failed)])
    expect(await Array.fromAsync(journal.entries())).toMatchObject([
      { follow: [followed.openid, synced.openid], unfollow: [unfollowed.openid] },
    ])
  })

  it('is looked up again by the next sync run, who had unfollowed when WeChat was asked and returned unseen', async () => {
    const { work, runSync, queued, person, reach, unfollow, follow } = await openLinks()
    const who = await person({ following: true })
    await runSync()
    await unfollow(who)
    await work(queued.splice(0))
    expect(await reach(who)).toBe('not-following')
    await follow(who)
    await runSync()
    await work(queued.splice(0))
    expect(await reach(who)).toBe('reachable')
  })
})

describe('somebody of whom WeChat says nothing usable', () => {
  /** Followers of whom some are left out of WeChat's answers; `calls` counts those that named so many. */
  async function openOdd(count: number, isLeftOut: (person: number, asked: number) => boolean) {
    const world = await openLinks()
    const people = await Promise.all(Array.from({ length: count }, () => world.person({ following: true })))
    const asked: number[] = []
    const wechat: Account['wechat'] = {
      async followerInfo(token, openids) {
        asked.push(openids.length)
        const infos = await world.account.wechat.followerInfo(token, openids)
        const indexOf = ({ openid }: { openid: OpenId }) => people.findIndex(person => person.openid === openid)
        return infos.filter(info => !isLeftOut(indexOf(info), openids.length))
      },
    }
    const work = (news: FollowerNews[], more: Partial<StageDeps & Account> = {}) =>
      world.work(news, { wechat, ...more })
    const linked = async () => (await world.followerLinks.followers(people.map(person => person.openid))).size
    return { ...world, people, asked, work, linked }
  }
  const lengthsOf = (news: readonly { openids: readonly OpenId[] }[]) => news.map(some => some.openids.length)

  it('is asked for alone, and linked with the others', async () => {
    const { work, news, asked, linked, later, people } = await openOdd(20, (person, count) => person === 7 && count > 1)
    expect(await work([news('follow', ...people)])).toEqual([])
    expect([await linked(), asked, later]).toEqual([20, [20, 1], []])
  })

  it('comes again alone: the others are linked, and the message with all of them is done', async () => {
    const { work, news, people, linked, later, lines } = await openOdd(20, person => person === 7)
    const told = news('follow', ...people)
    expect(await work([told])).toEqual([])
    expect(await linked()).toBe(19)
    const odd = people[7]?.openid ?? ''
    const alone = { change: 'follow', official: told.official, openids: [odd], at: told.at, isAgain: true }
    expect(later).toEqual([{ news: alone, seconds: 60 }])
    const line = { event: 'link-followers.unanswered', fields: { app: 'official', openids: [maskId(odd)] } }
    expect(lines).toContainEqual(expect.objectContaining(line))
    expect(JSON.stringify(lines)).not.toContain(odd)
  })

  // Queued anew each time it would have no end; the queue counts its tries, and the dead-letter queue is the end.
  it('comes again in the same message once it is alone, also beside others', async () => {
    const { work, news, linked, later, people } = await openOdd(20, person => person === 7)
    const [odd, ...others] = [...people.slice(7), ...people.slice(0, 7)]
    if (odd === undefined) throw new Error('nobody there')
    const alone = news('follow', odd)
    expect(await work([alone])).toEqual([alone])
    expect(await work([alone, news('follow', ...others)])).toEqual([alone])
    expect([await linked(), later]).toEqual([19, []])
  })

  it('shares a message with those of the same message, and with nobody of another', async () => {
    const { work, news, linked, later, people } = await openOdd(50, person => [1, 2, 30].includes(person))
    expect(await work([news('follow', ...people.slice(0, 25)), news('follow', ...people.slice(25))])).toEqual([])
    expect(await linked()).toBe(47)
    expect(
      lengthsOf(
        later.map(queuedApart =>
          v.parse(v.looseObject({ openids: v.array(v.custom<OpenId>(isId)) }), queuedApart.news),
        ),
      ),
    ).toEqual([2, 1])
  })

  it('is asked for alone only among few', async () => {
    const { work, news, asked, linked, people } = await openOdd(60, person => person >= 30)
    expect(await work([news('follow', ...people)])).toEqual([])
    expect([await linked(), asked.length]).toEqual([30, 1 + 10])
  })

  it('keeps nobody else from being linked when today’s quota is too small for asking again', async () => {
    const { work, news, control, linked, later, putOff, people } = await openOdd(20, person => person === 7)
    await control('/quota', { app: 'official', path: batchget, day: 5, used: 4 })
    expect(await work([news('follow', ...people)])).toEqual([])
    expect([await linked(), later.length, putOff]).toEqual([19, 1, []])
  })

  it('is no one in particular where nobody is told of: then all come again together', async () => {
    const { work, news, asked, linked, later, people } = await openOdd(20, () => true)
    const told = news('follow', ...people)
    expect(await work([told])).toEqual([told])
    expect([await linked(), asked, later]).toEqual([0, [20], []])
  })

  it('comes again with all of the message if it could not be queued alone', async () => {
    const { work, news, people, deps } = await openOdd(20, person => person === 7)
    const told = news('follow', ...people)
    const followers = { ...deps.followers, push: () => Promise.reject(new Error('SQS is away')) }
    expect(await work([told], { followers })).toEqual([told])
  })

  it('may have one row of two from the first time, which is mended', async () => {
    const { work, news, followerLinks, linksWith, people } = await openOdd(1, () => false)
    const told = news('follow', ...people)
    await work([told])
    const rejoined: OpenId[] = []
    const watched = linksWith({
      async rejoin(rows) {
        rejoined.push(...rows.map(row => row.openid))
        return followerLinks.rejoin(rows)
      },
    })
    await work([told], { links: watched })
    expect(rejoined).toEqual([])
    await work([{ ...told, isAgain: true }], { links: watched })
    expect(rejoined).toEqual(told.openids)
  })
})

describe('how far a sync run is worked in', () => {
  async function openSynced(people: number) {
    const world = await openFollowers()
    await world.control('/people', { count: people, following: true })
    const told = async () => [await world.linking.isUnderWay(), (await world.runSync({ action: 'status' })).toLink]
    return { ...world, told }
  }

  it('is told until the last message is, however often one comes', async () => {
    const { runSync, work, queued, told } = await openSynced(250)
    expect(await told()).toEqual([false, 0])
    expect(await runSync()).toMatchObject({ state: 'complete', toLink: 250 })
    const [one, two, three] = queued.splice(0)
    if (!one || !two || !three) throw new Error('three messages are queued')
    expect(await told()).toEqual([true, 250])
    await work([three, one])
    await work([three])
    expect(await told()).toEqual([true, 100])
    await work([two])
    expect(await told()).toEqual([false, 0])
  })

  it('does not go on by what could not be worked in', async () => {
    const { runSync, work, control, queued, told } = await openSynced(30)
    await runSync()
    await control('/faults', { path: batchget, kind: 'errcode', errcode: -1 })
    const [news] = queued.splice(0)
    if (news === undefined) throw new Error('one message is queued')
    expect(await work([news])).toEqual([news])
    expect(await told()).toEqual([true, 30])
    await work([news])
    expect(await told()).toEqual([false, 0])
  })

  it('goes on until the odd one of a message, who comes again alone, is linked', async () => {
    const { runSync, work, queued, later, told, account } = await openSynced(30)
    await runSync()
    const [news] = queued.splice(0)
    if (news?.change !== 'follow') throw new Error('one message is queued')
    const wechat: Account['wechat'] = {
      followerInfo: async (...asked) =>
        (await account.wechat.followerInfo(...asked)).filter(info => info.openid !== news.openids[0]),
    }
    expect(await work([news], { wechat })).toEqual([])
    expect([later.length, ...(await told())]).toEqual([1, true, 30])
    const [alone] = later.splice(0)
    if (alone === undefined) throw new Error('one is queued alone')
    expect(await work([alone.news], { wechat })).toEqual([alone.news])
    expect(await told()).toEqual([true, 30])
    expect(await work([alone.news])).toEqual([])
    expect(await told()).toEqual([false, 0])
  })

  it('goes on while one of several odd ones is left', async () => {
    const { runSync, work, queued, later, told, account } = await openSynced(30)
    await runSync()
    const [news] = queued.splice(0)
    if (news?.change !== 'follow') throw new Error('one message is queued')
    const without = (count: number): Account['wechat'] => ({
      followerInfo: async (...asked) => {
        const odd: readonly string[] = news.openids.slice(0, count)
        return (await account.wechat.followerInfo(...asked)).filter(info => !odd.includes(info.openid))
      },
    })
    await work([news], { wechat: without(2) })
    await work(
      later.splice(0).map(queuedApart => queuedApart.news),
      { wechat: without(1) },
    )
    expect([later.map(queuedApart => queuedApart.news), ...(await told())]).toMatchObject([
      [{ openids: [news.openids[0]] }],
      true,
      30,
    ])
    await work(later.splice(0).map(queuedApart => queuedApart.news))
    expect(await told()).toEqual([false, 0])
  })

  it('lets a message come again that could not be counted, or the count would have no end', async () => {
    const { runSync, work, queued, told } = await openSynced(30)
    await runSync()
    const news = queued.splice(0)
    const linking = { workedIn: () => Promise.reject(new Error('DynamoDB is away')) }
    expect(await work(news, { linking })).toEqual(news)
    await work(news)
    expect(await told()).toEqual([false, 0])
  })
})

describe('several news of one person in a batch', () => {
  it('that contradict each other have WeChat asked, in whatever order they come', async () => {
    const { work, news, person, follow, reach, tick } = await openLinks()
    const who = await person()
    const left = news('unfollow', who)
    tick(2_000)
    await follow(who)
    const came = news('follow', who)
    expect(await work([came, left])).toEqual([])
    expect(await reach(who)).toBe('reachable')
  })

  it.each([
    ['the first', [2, 1]],
    ['the last', [1, 2]],
  ])('of which %s was received before: what a killed process left half written is completed', async (_, received) => {
    const { work, links, deps, news, person, resolve } = await openLinks()
    const who = await person({ following: true })
    await work([news('follow', who)])
    const unionid = who.unionid ?? id('u')
    // As if it had been killed between the row of the openid and that of the unionid.
    links.lose({ unionid })

    const arrivals = received.map(receives => ({ news: news('follow', who), receiptHandle: `${receives}`, receives }))
    expect(await linkFollowers(arrivals, deps, { until: Number.POSITIVE_INFINITY })).toEqual([])

    expect((await resolve([{ unionid }]))[0]).toMatchObject({ known: true, openid: who.openid })
  })
})

describe('parseNews', () => {
  it.each([
    '',
    '{}',
    '{"change":"follow","openids":["a"],"at":1}',
    '{"change":"follow","official":"wx1","openids":["a"],"at":1}',
    '{"change":"follow","official":"wx00000000000000aa","openids":["a b"],"at":1}',
    '{"change":"gone","official":"wx00000000000000aa","openids":[],"at":1}',
    '{"change":"erase","who":[{"unionid":"a b"}],"at":1,"isSecond":false}',
    '{"change":"erase","who":[{"openid":"a"}],"at":1,"isSecond":false}',
    '{"change":"erase","who":{"unionid":"a"},"at":1,"isSecond":false}',
  ])('refuses %s', body => {
    expect(() => parseNews(body)).toThrow()
  })
})

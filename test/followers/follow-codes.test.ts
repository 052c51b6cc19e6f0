/** Follow codes: a scan links a mini-program user to a follower where no unionid does, and nothing else does. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { joinScans } from '../../lib/followers/join-scans.ts'
import { personIn } from '../../lib/followers/link.ts'
import { createFailure } from '../../lib/followers/link-failures.ts'
import { isScene, newScene } from '../../lib/followers/scene.ts'
import { logOf } from '../../lib/of-app.ts'
import { sendBatch } from '../../lib/send/send.ts'
import { otherMiniAppid, otherOfficialAppid } from '../ids.ts'
import { runs } from '../runs.ts'
import { arrival, containerOf, event, stageOf } from '../send/send-world.ts'
import { openCodes } from './follow-codes-world.ts'

const hourMs = 3_600_000
const forever = { until: Number.POSITIVE_INFINITY }
const refusal = (code: string, status: number) => expect.objectContaining({ name: 'RequestError', code, status })

/** A user without unionid who has a code, and somebody else. */
async function openCoded() {
  const world = await openCodes()
  const [who, other] = [await world.person({ unionid: false }), await world.person({ unionid: false })]
  return { ...world, who, other, code: await world.make(who) }
}

/** The same, linked by it. */
async function openJoined() {
  const world = await openCoded()
  expect(await world.work(await world.scan(world.who, world.code))).toEqual([])
  expect(await world.userReach(world.who)).toBe('reachable')
  return world
}

describe('a follow code', () => {
  it('reaches a user without unionid: they scan it, follow, and an event to their miniOpenid is on the phone', async () => {
    const world = await openCoded()
    const { who, code, work, scan, userReach, links, account, box } = world
    expect(await userReach(who)).toBe('no-unionid')
    expect(await work(await scan(who, code))).toEqual([])
    expect(await userReach(who)).toBe('reachable')
    const [found] = await links.resolve([world.atMini(who)])
    expect(personIn(found, account.app.appid)).toMatchObject({ openid: who.openid, isByScan: true })

    const given = containerOf(world)
    const queue = { push: async () => undefined }
    const events = { deadLetter: fail, requeue: fail, holdForQuota: fail, retryIn: fail }
    const deps = { ...given, followers: queue, events, results: { publish: async () => undefined } }
    await sendBatch([arrival(event('order-1', { miniOpenid: who.miniOpenid }))], stageOf(deps), forever)
    expect(box.messages()).toMatchObject([{ openid: who.openid }])
  })

  it('links who follows already, by their scan alone', async () => {
    const { who, code, scan, work, control, pushed, userReach } = await openCoded()
    await control(`/people/${who.id}/follow`, {})
    await work(await pushed())
    expect(await userReach(who)).toBe('no-unionid')
    expect(await work(await scan(who, code))).toEqual([])
    expect(await userReach(who)).toBe('reachable')
  })

  it('is a picture for an <image>, and the text in it; for an hour, of which nothing leads to the user', async () => {
    const { who, code, links, deps, box } = await openCoded()
    expect(code).toEqual({
      url: expect.stringContaining(`${box.url}/cgi-bin/showqrcode?ticket=gQ`),
      content: expect.stringMatching(/^http:\/\/weixin\.qq\.com\/q\//),
      expiresIn: 3600,
    })
    const picture = await fetch(code.url)
    expect([picture.status, await picture.text()]).toEqual([200, expect.stringContaining('<svg')])
    expect(JSON.stringify(links.all())).not.toContain('queqiao_')
    expect(JSON.stringify(deps.codes)).not.toContain(who.miniOpenid)
  })

  it('is made for a session only, at an account of the stage, and twenty times a day', async () => {
    const { who, make, codeDeps } = await openCoded()
    await expect(make(who, '{"official":"official"}')).resolves.toMatchObject({ expiresIn: 3600 })
    await expect(make(who, '{"official":"nobody"}')).rejects.toThrow(refusal('app-invalid', 400))
    await expect(make(who, '{"more":1}')).rejects.toThrow(refusal('body-invalid', 400))
    const stranger = { ...codeDeps.sessions, verify: async () => Promise.reject(new Error('no session')) }
    await expect(make(who, '', { sessions: stranger })).rejects.toThrow('no session')
    for (let made = 2; made < 20; made++) await make(who)
    await expect(make(who)).rejects.toThrow(refusal('follow-codes-too-many', 429))
  })
})

describe('of a link by scan', () => {
  it('unfollowing is the end, though they follow again', async () => {
    const { who, work, unfollow, userReach, control, pushed, tick, links } = await openJoined()
    tick(60_000)
    expect(await work(await unfollow(who))).toEqual([])
    expect(await userReach(who)).toBe('no-unionid')
    expect(JSON.stringify(links.all().filter(it => `${it.address}`.startsWith('mini#')))).not.toContain(who.openid)
    tick(60_000)
    await control(`/people/${who.id}/follow`, {})
    await work(await pushed())
    expect(await userReach(who)).toBe('no-unionid')
  })

  it('an erasure leaves nothing, by whichever of the two ids it came', async () => {
    for (const by of ['openid', 'miniOpenid'] as const) {
      const { who, work, atMini, atAccount, links, tick, seconds } = await openJoined()
      tick(5_000)
      const address = by === 'openid' ? atAccount(who) : atMini(who)
      expect(await work([{ change: 'erase', who: [address], at: seconds(), isSecond: false }])).toEqual([])
      expect(links.all()).toEqual([])
    }
  })

  it('an erasure while they are joined leaves nothing either', async () => {
    const { who, code, scan, work, atMini, atAccount, links, deps, tick, seconds } = await openCoded()
    const news = await scan(who, code)
    tick(5_000)
    // Between the two writes of the join the follower is erased.
    const joinByScan: typeof links.joinByScan = async (link, at) => {
      await links.erase([atAccount(who)], seconds())
      return links.joinByScan(link, at)
    }
    await work(news, { links: { ...deps.links, joinByScan } })
    await links.erase([atMini(who)], seconds())
    expect(links.all()).toEqual([])
  })

  it('a unionid of the user that leads to another follower wins at the next login, and is logged', async () => {
    const { who, other, code, scan, work, userReach, control, logInAs, pushed, lines, resolve, atMini } =
      await openCoded()
    // Somebody else scanned it, and everybody gets a unionid afterwards.
    await work(await scan(other, code))
    expect((await resolve([atMini(who)]))[0]).toMatchObject({ openid: other.openid })
    for (const person of [who, other]) await control(`/people/${person.id}/bind`, {})
    await control(`/people/${who.id}/follow`, {})
    await work(await pushed())
    await logInAs(who)
    expect((await resolve([atMini(who)]))[0]).toMatchObject({ openid: who.openid })
    expect(await userReach(who)).toBe('reachable')
    expect(lines.map(it => it.event)).toContain('links.scan-overruled')
  })

  it('a unionid of the follower that is not the user’s wins as soon as it is known, and is logged once', async () => {
    const { who, other, code, scan, work, userReach, control, logInAs, lines, links, tick, seconds, official } =
      await openCoded()
    await control(`/people/${who.id}/bind`, {})
    await logInAs(who)
    await work(await scan(other, code))
    expect(await userReach(who)).toBe('reachable')
    await control(`/people/${other.id}/bind`, {})
    tick(60_000)
    const news = { change: 'follow' as const, official: official.appid, openids: [other.openid], at: seconds() }
    await work([news])
    expect(await userReach(who)).toBe('not-following')
    expect(JSON.stringify(links.all().find(it => `${it.address}`.startsWith('mini#')))).not.toContain(other.openid)
    await work([news])
    expect(lines.filter(it => it.event === 'links.scan-overruled')).toHaveLength(1)
  })

  it('a unionid of both that is the same takes over without a break', async () => {
    const { who, work, userReach, control, logInAs, unfollow, tick, lines, seconds, official } = await openJoined()
    await control(`/people/${who.id}/bind`, {})
    await logInAs(who)
    tick(60_000)
    await work([{ change: 'follow', official: official.appid, openids: [who.openid], at: seconds() }])
    expect(await userReach(who)).toBe('reachable')
    expect(lines.map(it => it.event)).not.toContain('links.scan-overruled')
    tick(60_000)
    await work(await unfollow(who))
    expect(await userReach(who)).toBe('not-following')
  })
})

describe('no link comes of', () => {
  it('a code that somebody scanned before, also at once', async () => {
    const { who, other, code, scan, work, resolve, atMini, lines } = await openCoded()
    const [first, second] = [await scan(who, code), await scan(other, code)]
    await work(first)
    await work(second)
    expect((await resolve([atMini(who)]))[0]).toMatchObject({ openid: who.openid })
    expect(lines).toContainEqual(expect.objectContaining({ event: 'link-followers.scan-refused' }))

    const again = await openCoded()
    const [one, two] = [await again.scan(again.who, again.code), await again.scan(again.other, again.code)]
    await Promise.all([again.work(one), again.work(two), again.work(one), again.work(two)])
    const linked = again.links.all().filter(it => JSON.stringify(it).includes('"miniOpenid"'))
    expect(linked).toHaveLength(1)
  })

  it('an expired code, by WeChat’s own clock, nor does WeChat let anybody scan one', async () => {
    const { who, code, scan, work, userReach, tick, lines } = await openCoded()
    const [news] = await scan(who, code)
    if (news?.change !== 'follow') throw new Error('no scan')
    await work([{ ...news, at: news.at + 3600 + 61 }])
    expect(await userReach(who)).toBe('no-unionid')
    expect(lines).toContainEqual(expect.objectContaining({ fields: expect.objectContaining({ why: 'expired' }) }))
    tick(hourMs)
    await expect(scan(who, code)).rejects.toThrow('expired')
  })

  it('a code of another stage, of another account, or of another system', async () => {
    const { who, code, scan, work, userReach, control, pushed, deps } = await openCoded()
    const elsewhere = await openCodes()
    const [news] = await scan(who, code)
    // The other stage is asked the same: its store knows no such scene.
    await work([news ?? { change: 'erase', who: [], at: 0, isSecond: false }], { codes: elsewhere.deps.codes })
    expect(await userReach(who)).toBe('no-unionid')
    const scene = news?.change === 'follow' ? news.scene : undefined
    const foreign = { official: otherOfficialAppid, openid: who.openid, at: 0 }
    expect(await deps.codes.claim(scene ?? newScene(), foreign)).toEqual({ kind: 'unknown' })
    await control(`/people/${who.id}/follow`, { scene: 'shop-12' })
    await work(await pushed())
    expect(await userReach(who)).toBe('no-unionid')
  })

  it('a scan that is worked in after they left, or left and came back', async () => {
    const { who, code, scan, unfollow, work, userReach, control, pushed, tick } = await openCoded()
    const news = await scan(who, code)
    tick(60_000)
    await work(await unfollow(who))
    await work(news)
    expect(await userReach(who)).toBe('no-unionid')
    tick(60_000)
    await control(`/people/${who.id}/follow`, {})
    await work(await pushed())
    await work(news)
    expect(await userReach(who)).toBe('no-unionid')
  })

  it('a code of a user who was erased meanwhile', async () => {
    const { who, code, scan, work, links, atMini, tick, seconds } = await openCoded()
    tick(5_000)
    await work([{ change: 'erase', who: [atMini(who)], at: seconds(), isSecond: false }])
    await work(await scan(who, code))
    expect(links.all().map(it => `${it.address}`.split('#')[0])).toEqual(['openid'])
  })
})

describe('a join', () => {
  it('of the same event again writes nothing', async () => {
    const { who, code, scan, work, links, atMini, userReach } = await openCoded()
    const news = await scan(who, code)
    await work(news)
    const before = JSON.stringify(links.all().find(it => it.address === `mini#${atMini(who).mini}#${who.miniOpenid}`))
    for (let again = 0; again < 3; again++) expect(await work(news)).toEqual([])
    expect(JSON.stringify(links.all())).toContain(before)
    expect(await userReach(who)).toBe('reachable')
  })

  it('with a newer code replaces the older one, of the user and of the follower', async () => {
    const { who, other, code, make, scan, work, userReach, resolve, atMini, tick } = await openJoined()
    tick(60_000)
    const newer = await make(who)
    const late = await scan(other, newer)
    await work(late)
    expect((await resolve([atMini(who)]))[0]).toMatchObject({ openid: other.openid })
    // The follower of before is nobody's now, and a late repeat of their scan does not bring them back.
    tick(60_000)
    await work(await scan(who, await make(other)))
    expect((await resolve([atMini(other)]))[0]).toMatchObject({ openid: who.openid })
    expect(await userReach(who)).toBe('reachable')
    expect(code.expiresIn).toBe(3600)
  })
})

describe('forged scenes', () => {
  it('link nobody, however close to a real one', { timeout: 900_000 }, async () => {
    const { who, code, scan, deps, account, log, links, official } = await openCoded()
    const [news] = await scan(who, code)
    const scene = news?.change === 'follow' ? news.scene : undefined
    if (scene === undefined) throw new Error('no scene')
    const at = { change: 'follow' as const, official: official.appid, openids: [who.openid], at: news?.at ?? 0 }
    const given = { ...account, links, codes: deps.codes, log: logOf(account.app, { ...log, warn: () => undefined }) }
    const character = fc.constantFrom(...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_')
    const close = fc.tuple(fc.nat(31), character).map(([place, it]) => {
      const from = 'queqiao_'.length + place
      return `${scene.slice(0, from)}${it}${scene.slice(from + 1)}`
    })
    const random = fc.array(character, { minLength: 32, maxLength: 32 }).map(it => `queqiao_${it.join('')}`)
    const turned = fc.constantFrom(scene.toUpperCase(), scene.toLowerCase(), [...scene].reverse().join(''))
    let fed = 0
    const property = fc.asyncProperty(fc.oneof(close, random, turned), async forged => {
      if (forged === scene || !isScene(forged)) return
      fed += 1
      await joinScans([{ news: { ...at, scene: forged } }], createFailure(), given)
    })
    await fc.assert(property, { numRuns: runs({ everyday: 1000, wide: 1_000_000 }) })
    expect(fed).toBeGreaterThan(runs({ everyday: 500, wide: 500_000 }))
    expect(JSON.stringify(links.all())).not.toContain(who.openid)
    // The real one was not used up by any of them.
    expect(await deps.codes.claim(scene, { ...at, openid: who.openid })).toMatchObject({ kind: 'mine' })
  })

  it('nor does a code of one mini program tell of another’s user', async () => {
    const { deps, who, official } = await openCoded()
    const scene = newScene()
    const user = { mini: otherMiniAppid, miniOpenid: who.miniOpenid }
    await deps.codes.keep({ scene, official: official.appid, user, until: 100 })
    const claim = await deps.codes.claim(scene, { official: official.appid, openid: who.openid, at: 50 })
    expect(claim).toEqual({ kind: 'mine', user })
    // Nobody logged in as this user of that mini program.
    const link = { official: official.appid, openid: who.openid, ...user }
    expect(['not-following', 'no-such-user']).toContain(await openAndJoin(link))
    async function openAndJoin(it: typeof link) {
      return (await openCoded()).links.joinByScan(it, 50)
    }
  })
})

function fail(): never {
  throw new Error('nothing is to be handed back')
}

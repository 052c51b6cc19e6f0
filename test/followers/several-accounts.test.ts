/** The followers' news of two accounts in one queue: what is wrong with one is no matter of the other's. */

import { describe, expect, it } from 'vitest'
import { memoryErasures, memoryJournal, memoryLinking, memorySyncRuns } from '../../kit/memory-stores.ts'
import type { FollowerNews } from '../../lib/followers/follower-news.ts'
import { type FollowerRow, personIn, reachOf } from '../../lib/followers/link.ts'
import { linkFollowers } from '../../lib/followers/link-followers.ts'
import { revisitFollowers } from '../../lib/followers/revisit-followers.ts'
import type { Address, OpenId } from '../../lib/identifiers.ts'
import { id, otherOfficialAppid } from '../ids.ts'
import { openFollowers } from './followers-world.ts'

const batchget = '/cgi-bin/user/info/batchget'
const region = { kind: 'official', name: 'region', appid: otherOfficialAppid } as const
const forever = { until: Number.POSITIVE_INFINITY }
const away = () => Promise.reject(new Error('DynamoDB is away'))

/** Somebody who follows both accounts, of whom nothing is linked yet. */
async function openTwo() {
  const world = await openFollowers()
  const who = await world.person({ following: true })
  const unionid = who.unionid ?? id('u')
  const [own, at] = [{ official: world.official.appid, openid: who.openid }, world.seconds()]
  const elsewhere = { official: region.appid, openid: id('oRegion') }
  const asked: OpenId[] = []
  const wechat = {
    async followerInfo(_token: string, openids: readonly OpenId[]): Promise<FollowerRow[]> {
      asked.push(...openids)
      return openids.map(openid => ({ openid, unionid, following: true, followedAt: at, at }))
    },
  }
  const stores = { syncRuns: memorySyncRuns(), journal: memoryJournal(), erasures: memoryErasures() }
  const { accessTokens } = world.account
  const other = { app: region, accessTokens, wechat, ...stores, linking: memoryLinking(world.now) }
  const deps = { ...world.deps, accounts: [world.account, other] }
  const work = async (news: Parameters<typeof world.work>[0], more: Partial<typeof deps> = {}) => {
    const arrivals = news.map((it, index) => ({ news: it, receiptHandle: `${index}`, receives: 1 }))
    return (await linkFollowers(arrivals, { ...deps, ...more }, forever)).map(it => it.news)
  }
  const follow = ({ official, openid }: typeof own): FollowerNews => {
    return { change: 'follow', official, openids: [openid], at: world.seconds() }
  }
  const reaches = async (address: Address) => {
    const [found] = await world.links.resolve([address], 'everywhere')
    return deps.accounts.map(({ app }) => {
      const person = personIn(found, app.appid)
      return person && reachOf(person)
    })
  }
  /** The journal of the other account, as text. */
  const keptElsewhere = async () => JSON.stringify(await Array.fromAsync(other.journal.entries()))
  return { ...world, who, unionid, own, elsewhere, asked, other, deps, work, follow, reaches, keptElsewhere }
}

describe('news of two accounts in one batch', () => {
  it('are asked for at their own account, noted in its journal, and linked to one person', async () => {
    const { work, follow, own, elsewhere, asked, unionid, reaches, journal, other } = await openTwo()
    expect(await work([follow(own), follow(elsewhere)])).toEqual([])
    expect(asked).toEqual(['oRegion'])
    for (const address of [own, elsewhere, { unionid }]) {
      expect(await reaches(address)).toEqual(['reachable', 'reachable'])
    }
    expect(await Array.fromAsync(journal.entries())).toMatchObject([{ follow: [own.openid] }])
    expect(await Array.fromAsync(other.journal.entries())).toMatchObject([{ follow: ['oRegion'] }])
  })

  it('leave the person reachable by the account that they do not unfollow', async () => {
    const { work, follow, own, elsewhere, unionid, who, control, tick, reaches } = await openTwo()
    await work([follow(own), follow(elsewhere)])
    tick(2_000)
    await control(`/people/${who.id}/unfollow`, { silent: true })
    await work([{ ...follow(own), change: 'unfollow' }])
    for (const address of [own, elsewhere, { unionid }]) {
      expect(await reaches(address)).toEqual(['not-following', 'reachable'])
    }
  })

  it('are worked in at the one while WeChat refuses the other', async () => {
    const { work, follow, own, elsewhere, control, reaches, putOff } = await openTwo()
    await control('/quota', { app: 'official', path: batchget, day: 5, used: 5 })
    expect(await work([follow(own), follow(elsewhere)])).toEqual([follow(own)])
    expect(await reaches(elsewhere)).toEqual(['not-following', 'reachable'])
    // The wait is for the one account's quota.
    expect(putOff).toEqual([60])
  })

  it('come again of an account that the stage has no more, and hold up no others', async () => {
    const { work, follow, own, elsewhere, account, lines, reaches } = await openTwo()
    expect(await work([follow(own), follow(elsewhere)], { accounts: [account] })).toEqual([follow(elsewhere)])
    expect(await reaches(own)).toEqual(['reachable', 'not-following'])
    const fields = { officials: [region.appid], messages: 1 }
    expect(lines).toContainEqual({ level: 'error', event: 'link-followers.unknown-account', fields })
  })
})

describe('an erasure by the openid of one account', () => {
  it('leaves no trace at the other either', async () => {
    const { work, follow, own, elsewhere, unionid, tick, seconds, reaches, later, keptElsewhere, other } =
      await openTwo()
    await work([follow(own), follow(elsewhere)])
    tick(5_000)
    expect(await work([{ change: 'erase', who: [own], at: seconds(), isSecond: false }])).toEqual([])
    for (const address of [own, elsewhere, { unionid }]) expect(await reaches(address)).toEqual(['unknown', 'unknown'])
    expect(await keptElsewhere()).not.toContain('oRegion')
    expect(await other.erasures.marksOf([elsewhere.openid])).toEqual(new Map([['oRegion', seconds()]]))
    // What is under way brings nobody back; and the second time knows all.
    expect(later.at(-1)?.news).toMatchObject({ isSecond: true, who: expect.arrayContaining([own, elsewhere]) })
  })

  it('comes again where the other cannot forget', async () => {
    const { work, follow, own, elsewhere, account, other, tick, seconds } = await openTwo()
    await work([follow(own), follow(elsewhere)])
    tick(5_000)
    const request = { change: 'erase', who: [own], at: seconds(), isSecond: false } as const
    const broken = { ...other, syncRuns: { ...other.syncRuns, forget: away } }
    expect(await work([request], { accounts: [account, broken] })).toEqual([request])
  })
})

describe('the daily revisit', () => {
  it('queues for each account its own', async () => {
    const { deps, work, follow, own, elsewhere, control, who, tick, queued } = await openTwo()
    await work([follow(own), follow(elsewhere)])
    tick(2_000)
    await control(`/people/${who.id}/unfollow`, { silent: true })
    await work([{ ...follow(own), change: 'unfollow' }])
    tick(31 * 86_400_000)
    expect(await revisitFollowers({ ...deps, retentionDays: 30 }, forever)).toEqual({ expired: 1, asked: 0 })
    expect(queued).toMatchObject([{ change: 'expire', official: own.official, openids: [own.openid] }])
  })

  it('goes through the others though one fails, and says so', async () => {
    const { deps, work, follow, own, links, control, who, tick, queued } = await openTwo()
    await work([follow(own)])
    tick(2_000)
    await control(`/people/${who.id}/unfollow`, { silent: true })
    await work([{ ...follow(own), change: 'unfollow' }])
    tick(31 * 86_400_000)
    const broken: typeof links = {
      ...links,
      async *waiting(official, ...what) {
        if (official === region.appid) throw new Error('DynamoDB is away')
        yield* links.waiting(official, ...what)
      },
    }
    const revisit = revisitFollowers({ ...deps, links: broken, retentionDays: 30 }, forever)
    await expect(revisit).rejects.toThrow('DynamoDB is away')
    expect(queued).toMatchObject([{ change: 'expire', openids: [own.openid] }])
  })
})

/** Sync runs as the bench counts and times them. */

import { describe, expect, it } from 'vitest'

import { leanLinks } from '../../bench/sync/links.ts'
import { boundOf, type Measured } from '../../bench/sync/measure.ts'
import { countRows, timeRows } from '../../bench/sync/rows.ts'
import { createFollowers } from '../../bench/wechat/followers.ts'
import { openidOf, personOf, unionidOf } from '../../bench/wechat/ids.ts'

const run: Measured = {
  ...{ title: 'first', followers: 1_000_000, added: 1_000_000, removed: 0 },
  ...{ seconds: 62.5, boundSeconds: 50, bareSeconds: 52, userGet: 100, batchget: 10_001, otherCalls: 3 },
  ...{ rowsRead: 1_000_000, rowsWritten: 2_000_000, peakMb: 300 },
  shares: { function: 0.5, wechat: 0.1, stores: 0.05 },
}

describe('a sync run of the bench', () => {
  it('is bound by its batches, twenty at once, or by its pages, one after the other', () => {
    expect(boundOf({ followers: 1_000_000, added: 1_000_000 }, 100)).toBe(50)
    expect(boundOf({ followers: 1_000_000, added: 0 }, 100)).toBe(10)
  })

  it('shows a call too many beside the least that does the work', () => {
    const row = countRows([run]).find(it => it.what.includes('batchget'))
    expect(row).toMatchObject({ ours: 10_001, beside: { bound: 10_000 }, goal: { atMost: 10_000 }, worse: 'more' })
  })

  it('reaches a share of its bound, as does the bare loop', () => {
    const plan = { followers: 1_000_000, latencyMs: 100, isBare: true }
    const row = timeRows(plan, [run]).find(it => it.unit === '%')
    expect(row?.ours).toBe(80)
    expect(row?.beside['bare loop']).toBeCloseTo(96.15)
    expect(row?.goal).toEqual({ atLeast: 90 })
  })
})

describe('the list of followers of the bench', () => {
  it('gives whoever follows, page after page, and total and unionids of them', () => {
    const followers = createFollowers(20)
    followers.change(0, 20, 1, 1)
    followers.change(0, 20, 10, 0)
    const { total, data } = JSON.parse(followers.page(null))
    expect([total, data.openid.map(personOf)]).toEqual([18, [...Array(20).keys()].filter(it => it % 10 > 0)])
    expect(JSON.parse(followers.page(openidOf(19)))).toEqual({ total: 18, count: 0, next_openid: '' })
    const { user_info_list: infos } = JSON.parse(followers.infos([openidOf(10), openidOf(11)]))
    expect(infos.map((it: { subscribe: number; unionid: string }) => [it.subscribe, it.unionid])).toEqual([
      [0, unionidOf(10)],
      [1, unionidOf(11)],
    ])
  })

  it('keeps rows that are written only over what was read', async () => {
    const counts = { linkRowsRead: 0, linkRowsWritten: 0, followersWritten: 0 } as never
    const { rows, followerLinks } = leanLinks(counts, 3)
    const row = { openid: openidOf(1), unionid: unionidOf(1), following: true, at: 5 }
    expect(await followerLinks.writeFollower(row, undefined)).toBe(true)
    expect(await followerLinks.writeFollower({ ...row, following: false, at: 6 }, undefined)).toBe(false)
    expect(await followerLinks.writeFollower({ ...row, following: false, at: 6 }, row)).toBe(true)
    expect(rows.following()).toBe(0)
    await expect(followerLinks.writeFollower({ ...row, unionid: unionidOf(2) }, row)).resolves.toBe(false)
  })
})

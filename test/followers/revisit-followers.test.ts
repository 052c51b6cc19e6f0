import { describe, expect, it } from 'vitest'

import { openFollowers } from './followers-world.ts'

const batchget = '/cgi-bin/user/info/batchget'

describe('a follower without unionid', () => {
  it('keeps a follower without unionid, and asks again after a week', async () => {
    const { work, official, atAccount, control, calls, reach, resolve, seconds, person, revisit, queued, tick } =
      await openFollowers()
    const who = await person({ following: true, unionid: false })
    await work([{ change: 'follow', official: official.appid, openids: [who.openid], at: seconds() }])
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
    expect(await resolve([atAccount(who)])).toMatchObject([{ unionid: expect.anything() }])
    tick(8 * 86_400_000)
    expect(await revisit()).toMatchObject({ asked: 0 })
    expect(await calls(batchget)).toBe(3)
  })

  it('asks for the first hundred of many without unionid, and for the others once one of them has one', async () => {
    const { work, runSync, control, queued, revisit, tick } = await openFollowers()
    await control('/people', { count: 250, following: true, unionid: false })
    await runSync()
    await work(queued.splice(0))
    tick(8 * 86_400_000)
    expect(await revisit()).toMatchObject({ asked: 100 })
    expect(queued.splice(0)).toHaveLength(1)
    await control('/people/change', { first: 0, count: 250, unionid: true })
    expect(await revisit()).toMatchObject({ asked: 250 })
  })
})

import { describe, expect, it } from 'vitest'
import { logOf } from '../../lib/of-app.ts'
import { createRecipients } from '../../lib/send/recipients.ts'
import { stageApps } from '../idle-pair.ts'
import { openWorld } from '../world.ts'

const batchget = '/cgi-bin/user/info/batchget'
const unknown = { known: false, following: false } as const

describe('somebody of whom the links have not heard', () => {
  async function openLook(isLeftOut = false) {
    const world = await openWorld()
    const official = world.app('official')
    const { followerInfo } = official.wechat
    const wechat = {
      followerInfo: async (...asked: Parameters<typeof followerInfo>) => (isLeftOut ? [] : followerInfo(...asked)),
    }
    const { linking, now } = world
    const [app] = stageApps.officials
    const deps = {
      app,
      wechat,
      accessTokens: official.accessTokens,
      followers: { push: async () => undefined },
      linking,
      backlog: { isEmpty: async () => true },
      now,
      log: logOf(app, world.log),
    }
    const who = await world.person({ following: true })
    const find = () =>
      createRecipients([{ id: 'order-1', openid: who.openid }], deps).find(
        { official: app.appid, openid: who.openid },
        unknown,
        now(),
      )
    return { ...world, who, find }
  }

  it('is found by asking WeChat', async () => {
    const { find, who } = await openLook()
    expect(await find()).toMatchObject({ person: { known: true, openid: who.openid, following: true } })
  })

  // Taken for nobody, a follower would get no message, for good.
  it('is waited for while WeChat says nothing usable of them, and is nobody only when WeChat says so', async () => {
    expect(await (await openLook(true)).find()).toMatchObject({ wait: { kind: 'deferred' } })
    const { find, control } = await openLook()
    await control('/faults', { path: batchget, kind: 'errcode', errcode: 40003 })
    expect(await find()).toEqual({ person: unknown })
  })
})

import { describe, expect, it } from 'vitest'

import { appids } from '../../kit/app.ts'
import { logIn } from '../../lib/login/login.ts'
import { getMe } from '../../lib/login/me.ts'
import { stageApps } from '../idle-pair.ts'
import { id, miniAppid, officialAppid } from '../ids.ts'
import { openLogin, refusal } from './login-world.ts'

const brand = { kind: 'official', name: 'brand', appid: officialAppid } as const

describe('getMe', () => {
  it('answers the bearer of a session', async () => {
    const { deps, meDeps, links, code, person, now } = await openLogin()
    const who = await person()
    const { token } = await logIn({ code: await code(who) }, deps)
    expect(await getMe(`Bearer ${token}`, meDeps)).toEqual({ reach: 'not-following' })
    const at = Math.floor(now() / 1000)
    await links
      .of(appids.official)
      .writeFollower(
        { openid: who.openid, unionid: who.unionid ?? id('u'), following: true, followedAt: at, at },
        undefined,
      )
    const followedAt = new Date(at * 1000).toISOString()
    expect(await getMe(`bearer ${token}`, meDeps)).toEqual({ reach: 'reachable', followedAt })
  })

  it('answers for the Official Account that the users of its mini program are to follow', async () => {
    const { deps, meDeps, links, code, person, now } = await openLogin()
    const who = await person()
    const { token } = await logIn({ code: await code(who) }, deps)
    const at = Math.floor(now() / 1000)
    const row = { openid: id('oBrand'), unionid: who.unionid ?? id('u'), following: true, followedAt: at, at }
    await links.of(brand.appid).writeFollower(row, undefined)
    const [mini] = stageApps.minis
    expect(await getMe(`Bearer ${token}`, meDeps)).toEqual({ reach: 'not-following' })
    const minis = [{ ...mini, follows: brand }]
    expect(await getMe(`Bearer ${token}`, { ...meDeps, minis })).toMatchObject({ reach: 'reachable' })
  })

  it('refuses the session of a mini program that is none of the stage’s any more', async () => {
    const { deps, meDeps, code, person } = await openLogin()
    const { token } = await logIn({ code: await code(await person()) }, deps)
    const minis = [{ ...meDeps.minis[0], appid: miniAppid }]
    await expect(getMe(`Bearer ${token}`, { ...meDeps, minis })).rejects.toThrow(refusal('session-invalid', 401))
  })

  it.each([undefined, '', 'Basic abc', 'Bearer', 'Bearer a b', `Bearer ${'x'.repeat(5000)}`])(
    'refuses %s',
    async authorization => {
      const { meDeps } = await openLogin()
      await expect(getMe(authorization, meDeps)).rejects.toThrow(refusal('session-missing', 401))
    },
  )
})

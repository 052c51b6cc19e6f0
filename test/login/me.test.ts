import { describe, expect, it } from 'vitest'

import { logIn } from '../../lib/login/login.ts'
import { getMe } from '../../lib/login/me.ts'
import { id } from '../ids.ts'
import { openLogin, refusal } from './login-world.ts'

describe('getMe', () => {
  it('answers the bearer of a session', async () => {
    const { deps, sessions, links, code, person, now } = await openLogin()
    const who = await person()
    const { token } = await logIn({ code: await code(who) }, deps)
    expect(await getMe(`Bearer ${token}`, { sessions, links })).toEqual({ reach: 'not-following' })
    const at = Math.floor(now() / 1000)
    await links.writeFollower(
      { openid: who.openid, unionid: who.unionid ?? id('u'), following: true, followedAt: at, at },
      undefined,
    )
    const followedAt = new Date(at * 1000).toISOString()
    expect(await getMe(`bearer ${token}`, { sessions, links })).toEqual({ reach: 'reachable', followedAt })
  })

  it.each([undefined, '', 'Basic abc', 'Bearer', 'Bearer a b', `Bearer ${'x'.repeat(5000)}`])(
    'refuses %s',
    async authorization => {
      const { sessions, links } = await openLogin()
      await expect(getMe(authorization, { sessions, links })).rejects.toThrow(refusal('session-missing', 401))
    },
  )
})

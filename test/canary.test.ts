import { describe, expect, it } from 'vitest'

import { defaultAccounts } from '../local/wechat/defaults.ts'
import { leaksIn } from './canary.ts'
import { openWorld } from './world.ts'

describe('the canary', () => {
  it('sees what it is there for, deep inside of an error too', async () => {
    const { app, person } = await openWorld()
    const token = await app('official').accessTokens.get()
    const { openid } = await person()
    const error = Object.assign(new Error('x'), { config: { deep: [{ url: `https://x/?access_token=${token}` }] } })
    expect(leaksIn(error).map(it => it.split(' ')[0])).toEqual(['access_token', 'query'])
    expect(leaksIn({ who: openid })).toEqual([`openid ${openid}`])
    expect(leaksIn(new Error(defaultAccounts.mini.appsecret))).toHaveLength(1)
    expect(leaksIn('MTIzNDU2Nzg5MGFiY2RlZg==')).toEqual(['session_key MTIzNDU2Nzg5MGFiY2RlZg=='])
    expect(leaksIn({ openid: 'oABC…xyz', rid: '6b031113-78c0f4fb-059ed246', msgid: '3855514631447924333' })).toEqual([])
  })
})

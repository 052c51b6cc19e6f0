import { describe, expect, it } from 'vitest'

import { defaultAccounts } from '../local/wechat/defaults.ts'
import { canary, leaksIn } from './canary.ts'
import { leaks } from './canary-setup.ts'
import { openWorld } from './world.ts'

const kindsIn = (value: unknown) => [...new Set(leaksIn(value).map(it => it.split(' ')[0]))]

describe('the canary', () => {
  it('sees what it is there for, deep inside of an error too', async () => {
    const { app, person, control } = await openWorld()
    const token = await app('official').accessTokens.get()
    const { id, openid } = await person()
    const error = Object.assign(new Error('x'), { config: { deep: [{ url: `https://x/?access_token=${token}` }] } })
    expect(kindsIn(error)).toEqual(['access_token', 'query'])
    expect(leaksIn({ who: openid })).toEqual([`openid ${openid}`])
    expect(kindsIn(new Error(defaultAccounts.mini.appsecret))).toEqual(['appsecret_or_code'])
    expect(kindsIn(await control(`/people/${id}/login`, {}))).toEqual(['appsecret_or_code'])
    expect(leaksIn('MTIzNDU2Nzg5MGFiY2RlZg==')).toEqual(['session_key MTIzNDU2Nzg5MGFiY2RlZg=='])
    expect(leaksIn({ openid: 'oABC…xyz', rid: '6b031113-78c0f4fb-059ed246', msgid: '3855514631447924333' })).toEqual([])
  })

  it('sees every line of a text, every item of a list and what is kept as bytes', () => {
    expect(leaksIn({ openids: `oShort\n${canary.openid}` })).toHaveLength(1)
    expect(leaksIn([...Array(500).fill('o'), canary.openid])).toHaveLength(1)
    expect(leaksIn({ body: Buffer.from(`${' '.repeat(500)}${canary.openid}`) })).toHaveLength(1)
  })

  it('knows each kind that tests plant', () => {
    expect(Object.values(canary).map(it => kindsIn({ it }))).toEqual([
      ['access_token'],
      ['openid'],
      ['appsecret_or_code'],
      ['appsecret_or_code'],
      ['session_key'],
    ])
  })

  it('looks at what a test writes and at the errors that it expects', async () => {
    // Prevents that a canary which died with an update of the test runner goes unnoticed.
    const line = `{"level":"INFO","who":"${canary.openid}"}`
    const thrown = Object.assign(new Error('x'), { who: canary.openid })
    process.stderr.write(Buffer.from(line))
    // biome-ignore lint/suspicious/noConsole: the console is one of the ways out
    console.info(line)
    expect(() => {
      throw thrown
    }).toThrow('x')
    await expect(Promise.reject(thrown)).rejects.toThrow('x')

    const found = leaks.splice(0)
    expect(found.map(it => it.split(' ')[0])).toEqual(['written', 'written', 'thrown', 'thrown'])
    expect(found[0]).toContain('looks at what a test writes')
  })
})

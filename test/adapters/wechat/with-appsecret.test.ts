import { describe, expect, it, onTestFinished } from 'vitest'

import { openCircuit, openClient as openClientOf } from '../../../kit/app.ts'
import { defaultAccounts } from '../../../local/wechat/defaults.ts'
import { openWeChat } from '../../../local/wechat/server.ts'
import { createWeChatControl } from '../../../local/wechat-control.ts'
import { miniAppid } from '../../ids.ts'

const { appsecret } = defaultAccounts.mini
const accounts = { ...defaultAccounts, mini: { ...defaultAccounts.mini, appid: miniAppid } }
const { signal } = new AbortController()

/** The mini program's client, with secrets as they are read one after the other. */
async function openClient(first: string, second: string) {
  // A token's life is told in whole seconds, of which one may begin between two reads of a running clock.
  const beganAt = Date.now()
  const box = await openWeChat({ accounts, now: () => beganAt })
  onTestFinished(box.close)
  const asked: (string | undefined)[] = []
  const appsecret = async (refused?: string) => {
    asked.push(refused)
    return refused === undefined ? first : second
  }
  const wechat = openClientOf({ appid: miniAppid, appsecret, url: box.url, breaker: openCircuit, now: () => beganAt })
  const control = createWeChatControl(box.url)
  const newCode = async () => control.login(await control.addPerson('小鹊', signal), signal)
  return { wechat, asked, newCode }
}

describe('an appsecret that was reset a moment ago', () => {
  const old = 'f'.repeat(32)

  it('is read anew where WeChat refuses the one before, and nobody notices', async () => {
    const { wechat, asked, newCode } = await openClient(old, appsecret)
    expect(await wechat.exchangeCode(await newCode())).toMatchObject({ miniOpenid: expect.any(String) })
    expect(await wechat.fetchAccessToken()).toMatchObject({ expiresInSeconds: 7200 })
    expect(asked).toEqual([undefined, old, undefined, old])
  })

  it('fails as WeChat says where there is no other', async () => {
    const { wechat, asked, newCode } = await openClient(old, old)
    await expect(wechat.exchangeCode(await newCode())).rejects.toMatchObject({ errcode: 40125 })
    expect(asked).toEqual([undefined, old])
  })

  it('is not asked for where WeChat refuses something else', async () => {
    const { wechat, asked } = await openClient(appsecret, appsecret)
    await expect(wechat.exchangeCode('0NoSuchCode')).rejects.toMatchObject({ errcode: 40029 })
    expect(asked).toEqual([undefined])
  })
})

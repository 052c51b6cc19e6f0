/** The mini program's API module against the whole local stack; pictures are in upload.test.ts. */

import { describe, expect, it } from 'vitest'

import { type ApiOptions, createApi } from '../../examples/mini-program/miniprogram/api.ts'
import { createWeChatControl } from '../../local/wechat-control.ts'
import { openForAll } from '../for-all.ts'
import { openWholeStack, signal } from '../local/whole-stack.ts'
import { patience } from '../patience.ts'
import { createWx, type StandIn } from './wx.ts'

const stack = openForAll(() => openWholeStack())
const box = () => createWeChatControl(stack.addresses.wechat)

/** A phone on which the mini program is open, and its owner. */
async function openPhone() {
  const person = await box().addPerson('小鹊', signal())
  const wx = createWx(() => box().login(person, signal()))
  return { person, wx, api: open(wx) }
}

const open = (wx: StandIn, more: Partial<ApiOptions> = {}) =>
  createApi({ wx, baseUrl: stack.addresses.api, timeoutMs: 15_000, ...more })

describe('a login', () => {
  it('is kept, and opened again with the mini program', async () => {
    const { wx, api } = await openPhone()
    const token = await api.token()
    expect([await api.token(), await open(wx).token()]).toEqual([token, token])
    expect(wx.logins()).toBe(1)
  })

  it('is one for all who ask at once', async () => {
    const { wx, api } = await openPhone()
    const [first, ...others] = await Promise.all([api.me(), api.me(), api.token(), api.token()])
    expect(first).toEqual({ reach: 'not-following', followedAt: undefined })
    expect([others[0], others[1] === others[2], wx.logins()]).toEqual([first, true, 1])
  })

  it('is renewed before it ends', async () => {
    const { wx, api } = await openPhone()
    await api.token()
    const day = 86_400_000
    await open(wx, { now: () => Date.now() + day - 600_000 }).token()
    expect(wx.logins()).toBe(1)
    await open(wx, { now: () => Date.now() + day - 200_000 }).token()
    expect(wx.logins()).toBe(2)
  })

  it('can be had anew, for a unionid that came late', async () => {
    const { person, wx, api } = await openPhone()
    await stack.box(`/people/${person.id}/bind`, {})
    await api.token()
    await api.logInAgain()
    expect([(await api.me()).reach, wx.logins()]).toEqual(['not-following', 2])
  })

  it('that fails says why, and the next one may succeed', async () => {
    const { person, wx } = await openPhone()
    let code = async () => 'garbage'
    const api = open(wx, { code: () => code() })
    await expect(api.me()).rejects.toThrow(
      expect.objectContaining({
        name: 'ApiError',
        code: 'login-code-invalid',
        status: 400,
        errcode: 40029,
        rid: expect.stringMatching(/^[0-9a-f-]{26}$/),
      }),
    )
    code = () => box().login(person, signal())
    expect(await api.me()).toMatchObject({ reach: 'not-following' })
  })
})

describe('the reach', () => {
  it('is told of this moment, with the day of the following', async () => {
    const { person, api } = await openPhone()
    expect(await api.me()).toEqual({ reach: 'not-following', followedAt: undefined })
    await box().follow(person, signal())
    const reachable = { reach: 'reachable', followedAt: expect.stringMatching(/^\d{4}-.*Z$/) }
    await expect.poll(() => api.me(), { ...patience, interval: 100 }).toEqual(reachable)
  })
})

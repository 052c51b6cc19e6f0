/** Answers of WeChat whose fields are written in other ways than its pages say, or are missing. */

import { describe, expect, it } from 'vitest'

import { openClient } from '../../../kit/app.ts'
import { TransportError } from '../../../lib/errors.ts'
import type { WeChat } from '../../../lib/ports.ts'
import { id, officialAppid } from '../../ids.ts'

const answeredAt = 1_000_000
const [one, other, third] = [id('oOne'), id('oOther'), id('oThird')]

/** The client, of a WeChat that answers this to everything. */
function answering(answer: unknown): WeChat {
  const body = Buffer.from(JSON.stringify(answer))
  const transport = async () => ({ status: 200, body, at: answeredAt })
  return openClient({ appid: officialAppid, transport, now: () => answeredAt * 1000 })
}

describe('an entry of user/info/batchget', () => {
  const infoOf = async (entry: object) => {
    const user_info_list = [
      { openid: one, ...entry },
      { openid: other, subscribe: 0 },
    ]
    const [first, ...rest] = await answering({ user_info_list }).followerInfo('t', [one, other])
    expect([first, ...rest].at(-1)).toMatchObject({ openid: other, following: false })
    return rest.length === 0 ? 'odd' : first
  }

  it.each([
    ['numbers', { subscribe: 1, subscribe_time: 90 }],
    ['texts', { subscribe: '1', subscribe_time: '90' }],
    ['a boolean', { subscribe: true, subscribe_time: 90 }],
  ])('may have %s', async (_what, entry) => {
    const follower = { openid: one, following: true, at: answeredAt, followedAt: 90 }
    expect(await infoOf(entry)).toEqual(follower)
  })

  it.each([0, '0', false])('tells by %j that somebody does not follow', async subscribe => {
    expect(await infoOf({ subscribe })).toEqual({ openid: one, following: false, at: answeredAt })
  })

  it.each([undefined, null, ''])('tells by %j that there is no unionid', async unionid => {
    expect(await infoOf({ subscribe: 1, unionid })).toEqual({ openid: one, following: true, at: answeredAt })
  })

  it.each([undefined, null, '', 'yesterday', -1, 1.5, [], 1_700_000_000_000])(
    'with the instant %j has none',
    async subscribe_time => {
      const follower = { openid: one, following: true, at: answeredAt }
      expect(await infoOf({ subscribe: 1, subscribe_time })).toEqual(follower)
    },
  )

  it.each([
    {},
    { subscribe: null },
    { subscribe: 2 },
    { subscribe: 'yes' },
    { subscribe: 1, unionid: 7 },
    { subscribe: 1, unionid: 'a b' },
    { subscribe: 1, openid: '' },
    { subscribe: 1, openid: null },
  ])('is left out alone if it is %j', async entry => {
    expect(await infoOf(entry)).toBe('odd')
  })

  it('is left out alone if it is no object at all', async () => {
    const user_info_list = [null, 'x', 7, [], { openid: other, subscribe: 1 }]
    expect(await answering({ user_info_list }).followerInfo('t', [one, other])).toMatchObject([{ openid: other }])
  })

  it('is none where the list is null, and where there is no list it is no answer', async () => {
    expect(await answering({ user_info_list: null }).followerInfo('t', [one])).toEqual([])
    await expect(answering({}).followerInfo('t', [one])).rejects.toThrow(TransportError)
    await expect(answering({ user_info_list: 'x' }).followerInfo('t', [one])).rejects.toThrow(TransportError)
  })
})

describe('a page of user/get', () => {
  const page = (answer: object) => answering(answer).followerPage('t')
  const full = { total: 9, count: 2, data: { openid: [one, other] }, next_openid: other }
  const read = { openids: [one, other], odd: 0, total: 9, at: answeredAt, next: other }

  it('is read as its documentation says', async () => {
    expect(await page(full)).toEqual(read)
  })

  it.each(['', null, 7, 'a b', {}])('counts %j among the openids, and passes it over', async odd => {
    const openid = [one, odd, other, odd]
    expect(await page({ ...full, data: { openid } })).toEqual({ ...read, odd: 2 })
  })

  it.each([undefined, null, ''])('goes on behind its last openid where the next one is %j', async next_openid => {
    expect(await page({ ...full, next_openid })).toEqual(read)
    const openid = [one, other, '']
    expect(await page({ ...full, next_openid, data: { openid } })).toEqual({ ...read, odd: 1 })
  })

  it.each([7, 'a b', {}])(
    'is no answer with %j for the next one, or those behind it would seem to have left',
    async it => {
      await expect(page({ ...full, next_openid: it })).rejects.toThrow(TransportError)
    },
  )

  it.each([undefined, null, '', [], {}, { openid: null }, { openid: '' }, { openid: [] }])(
    'with the data %j is the end of the list',
    async data => {
      expect(await page({ total: 9, data, next_openid: other })).toEqual({
        openids: [],
        odd: 0,
        total: 9,
        at: answeredAt,
      })
    },
  )

  it('may tell the total as text, or not at all', async () => {
    expect(await page({ ...full, total: '9' })).toEqual(read)
    for (const total of [undefined, null, '']) expect(await page({ ...full, total })).not.toHaveProperty('total')
  })
})

describe('a login', () => {
  it.each([undefined, null, ''])('goes without a unionid where WeChat says %j', async unionid => {
    const answer = { openid: one, session_key: 'k', unionid }
    expect(await answering(answer).exchangeCode('code')).toEqual({ miniOpenid: one })
  })

  it('has no identity without an openid', async () => {
    await expect(answering({ openid: '', unionid: third }).exchangeCode('code')).rejects.toThrow(TransportError)
  })
})

describe('an access_token', () => {
  it('may have its life as text', async () => {
    const answer = { access_token: 'token', expires_in: '7200', errcode: null, errmsg: null }
    expect(await answering(answer).fetchAccessToken()).toEqual({ accessToken: 'token', expiresInSeconds: 7200 })
  })

  it.each(['', null, undefined, 0, '0', 'long', 86_401])('has none that is %j', async expires_in => {
    await expect(answering({ access_token: 'token', expires_in }).fetchAccessToken()).rejects.toThrow('expires_in')
  })
})

describe('a quota', () => {
  const quotaOf = (quota: object, rate_limit?: unknown) => answering({ quota, rate_limit }).quota('t', '/x')
  const day = { daily_limit: 500, used: 20, remain: 480 }

  it('is read as its documentation says', async () => {
    const rate = { call_count: 100, refresh_second: 60 }
    expect(await quotaOf(day, rate)).toEqual({ limit: 500, used: 20, remain: 480, perMinute: 100 })
  })

  it('may have numbers as text', async () => {
    const rate = { call_count: '100', refresh_second: '60' }
    const asText = { daily_limit: '500', used: '20', remain: '480' }
    expect(await quotaOf(asText, rate)).toEqual({ limit: 500, used: 20, remain: 480, perMinute: 100 })
  })

  it.each([undefined, null, '', [], {}, { call_count: null }, { call_count: 1, refresh_second: 0 }])(
    'has no limit of the minute where that is %j',
    async rate => {
      expect(await quotaOf(day, rate)).toEqual({ limit: 500, used: 20, remain: 480 })
    },
  )

  it('of which more is used up than there was has nothing left', async () => {
    expect(await quotaOf({ ...day, used: 510, remain: -10 })).toMatchObject({ remain: 0 })
  })
})

describe('the templates of an account', () => {
  it('are those that can be read', async () => {
    const good = { template_id: 'T1', content: '{{thing1.DATA}}' }
    const template_list = [good, null, { template_id: 'T2', content: null }, { template_id: '', content: '' }, 'x']
    const read = [{ templateId: 'T1', content: '{{thing1.DATA}}' }]
    expect(await answering({ template_list }).accountTemplates('t')).toEqual(read)
  })

  it('are none where the list is null, and where there is no list it is no answer', async () => {
    expect(await answering({ template_list: null }).accountTemplates('t')).toEqual([])
    await expect(answering({}).accountTemplates('t')).rejects.toThrow('template_list')
  })
})

describe('the frame of every answer', () => {
  const templates = { template_list: [] }

  it.each([{ errcode: null }, { errcode: '' }, { errcode: '0' }, { errmsg: null }, { errmsg: 7 }])(
    'means no refusal with %j',
    async frame => {
      expect(await answering({ ...frame, ...templates }).accountTemplates('t')).toEqual([])
    },
  )

  it('means a refusal with an errcode as text', async () => {
    const refused = answering({ errcode: '40001', errmsg: null, ...templates }).accountTemplates('t')
    await expect(refused).rejects.toMatchObject({ errcode: 40001 })
  })
})

import { describe, expect } from 'vitest'
import { field, textField } from '../../../local/wechat/json.ts'
import { noon, openTestBox, test } from './open-test-box.ts'

const HINT = /^invalid openid hint: \[[\w-]+\] rid: [0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{8}$/

function openidsOf(page: unknown): string[] {
  const list = field(field(page, 'data'), 'openid')
  return Array.isArray(list) ? list.map(String) : []
}

describe('user/get', () => {
  test('pages to the end: the last page names its last openid, the one after it has no data', async () => {
    const box = await openTestBox({ pageSize: 2 })
    await box.control('/people', { count: 3, following: true })
    const token = await box.token()
    const first = (await box.get(`/cgi-bin/user/get?access_token=${token}`)).json
    const [one, two] = openidsOf(first)
    expect(first).toEqual({ total: 3, count: 2, data: { openid: [one, two] }, next_openid: two })
    const second = (await box.get(`/cgi-bin/user/get?access_token=${token}&next_openid=${two}`)).json
    const [three] = openidsOf(second)
    expect(second).toEqual({ total: 3, count: 1, data: { openid: [three] }, next_openid: three })
    const { text } = await box.get(`/cgi-bin/user/get?access_token=${token}&next_openid=${three}`)
    expect(text).toBe('{"total":3,"count":0,"next_openid":""}')
  })

  test('an account without followers, and an empty cursor', async ({ box }) => {
    await box.person()
    const { text } = await box.get(`/cgi-bin/user/get?access_token=${await box.token()}&next_openid=`)
    expect(text).toBe('{"total":0,"count":0,"next_openid":""}')
  })

  test('a cursor who has unfollowed meanwhile is still a place, and the total shrinks', async () => {
    const box = await openTestBox({ pageSize: 1 })
    const [anna, bo] = [await box.person({ following: true }), await box.person({ following: true })]
    const token = await box.token()
    await box.control(`/people/${anna.id}/unfollow`, { silent: true })
    const page = (await box.get(`/cgi-bin/user/get?access_token=${token}&next_openid=${anna.openid}`)).json
    expect(page).toEqual({ total: 1, count: 1, data: { openid: [bo.openid] }, next_openid: bo.openid })
  })

  test('a cursor of another account is 40003', async ({ box }) => {
    const { miniOpenid } = await box.person({ following: true })
    const { json } = await box.get(`/cgi-bin/user/get?access_token=${await box.token()}&next_openid=${miniOpenid}`)
    expect(json).toMatchObject({ errcode: 40003, errmsg: expect.stringMatching(/^invalid openid rid: /) })
  })

  test('a million followers are made and listed in seconds', { timeout: 20_000 }, async ({ box }) => {
    await box.control('/people', { count: 1_000_000, following: true })
    const token = await box.token()
    const [seen, samples] = [{ count: 0, pages: 0 }, new Set<string>()]
    let [cursor, more] = ['', true]
    while (more && seen.pages <= 101) {
      const page = (await box.get(`/cgi-bin/user/get?access_token=${token}&next_openid=${cursor}`)).json
      const openids = openidsOf(page)
      seen.count += openids.length
      seen.pages += 1
      for (const openid of openids.filter((_, at) => at % 100 === 0)) samples.add(openid)
      cursor = textField(page, 'next_openid')
      more = openids.length > 0
    }
    expect(seen).toEqual({ count: 1_000_000, pages: 101 })
    expect(samples.size).toBe(10_000)
  })
})

describe('user/info', () => {
  test('tells about a follower', async ({ box }) => {
    const { openid, unionid, id } = await box.person()
    await box.control(`/people/${id}/follow`, { scene: '42' })
    const { json } = await box.get(`/cgi-bin/user/info?access_token=${await box.token()}&openid=${openid}&lang=zh_CN`)
    expect(json).toEqual({
      subscribe: 1,
      openid,
      language: 'zh_CN',
      subscribe_time: noon / 1000,
      unionid,
      remark: '',
      groupid: 0,
      tagid_list: [],
      subscribe_scene: 'ADD_SCENE_QR_CODE',
      qr_scene: 42,
      qr_scene_str: '42',
    })
  })

  test('has no unionid before the person is bound, and little to say about those who left', async ({ box }) => {
    const { id, openid } = await box.person({ unionid: false, following: true })
    const path = `/cgi-bin/user/info?access_token=${await box.token()}&openid=${openid}`
    expect((await box.get(path)).json).not.toHaveProperty('unionid')
    await box.control(`/people/${id}/bind`, {})
    await box.control(`/people/${id}/unfollow`, {})
    expect((await box.get(path)).json).toEqual({ subscribe: 0, openid, unionid: expect.stringMatching(/^o.{27}$/) })
  })

  test('names both traces when the openid is wrong', async ({ box }) => {
    const { openid } = await box.person()
    const token = await box.token()
    for (const wrong of [`%0D${openid}`, `${openid}x`, 'o123', openid.toLowerCase()]) {
      const { json } = await box.get(`/cgi-bin/user/info?access_token=${token}&openid=${wrong}`)
      expect(json).toEqual({ errcode: 40003, errmsg: expect.stringMatching(HINT) })
    }
    expect((await box.get(`/cgi-bin/user/info?access_token=${token}`)).json).toMatchObject({ errcode: 41009 })
    const byGateway = expect.stringMatching(/^access_token missing rid: /)
    expect((await box.get('/cgi-bin/user/info')).json).toEqual({ errcode: 41001, errmsg: byGateway })
  })
})

describe('batchget', () => {
  test('answers in order, and fails whole for one bad id', async ({ box }) => {
    const [anna, bo] = [await box.person({ following: true }), await box.person()]
    const path = `/cgi-bin/user/info/batchget?access_token=${await box.token()}`
    const good = await box.post(path, { user_list: [{ openid: bo.openid }, { openid: anna.openid, lang: 'en' }] })
    expect(good.json).toEqual({
      user_info_list: [
        { subscribe: 0, openid: bo.openid, unionid: bo.unionid },
        expect.objectContaining({ subscribe: 1, openid: anna.openid }),
      ],
    })
    const bad = await box.post(path, { user_list: [{ openid: anna.openid }, { openid: `[${bo.openid}` }] })
    expect(bad.json).toEqual({ errcode: 40003, errmsg: expect.stringMatching(HINT) })
  })

  test('takes 1 to 100 ids', async ({ box }) => {
    const { openid } = await box.person({ following: true })
    const path = `/cgi-bin/user/info/batchget?access_token=${await box.token()}`
    const list = (length: number) => ({ user_list: Array.from({ length }, () => ({ openid })) })
    expect(field((await box.post(path, list(100))).json, 'user_info_list')).toHaveLength(100)
    for (const wrong of [list(101), list(0), {}, { user_list: 'x' }]) {
      expect((await box.post(path, wrong)).json).toMatchObject({ errcode: 40032 })
    }
  })
})

test('after a reset who was there before does not follow: one call tells it of a hundred, and no openid is bad', async () => {
  const box = await openTestBox({ pageSize: 100 })
  await box.control('/people', { count: 100, following: true })
  const before = (await box.get(`/cgi-bin/user/get?access_token=${await box.token()}`)).json
  const openids = openidsOf(before)

  await box.control('/reset', {})

  const token = await box.token()
  const user_list = openids.map(openid => ({ openid }))
  const answer = await box.post(`/cgi-bin/user/info/batchget?access_token=${token}`, { user_list })
  expect(answer.json).toEqual({ user_info_list: openids.map(openid => ({ subscribe: 0, openid })) })
  const cursor = await box.get(`/cgi-bin/user/get?access_token=${token}&next_openid=${openids.at(-1)}`)
  expect(cursor.json).toMatchObject({ total: 0, count: 0 })
  expect((await box.get(`/_box/people?openid=${openids[0]}`)).status).toBe(404)
})

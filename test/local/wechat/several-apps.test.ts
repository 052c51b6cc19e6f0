import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { field } from '../../../local/wechat/json.ts'
import { type Account, messageTo, openSeveral, personAnswer, SEND, someone, templateOf } from './several-apps.ts'

describe('a person', () => {
  test('has one openid for each app and one unionid for each Open Platform account', async () => {
    const box = await openSeveral()
    const { apps, unionid } = await someone(box)
    const openids = Object.values(apps).map(it => it.openid)
    expect(new Set(openids).size).toBe(7)
    expect(openids).toEqual(openids.map(() => expect.stringMatching(/^o[\w-]{27}$/)))
    expect(new Set(['official', 'brand', 'mini', 'shop'].map(unionid)).size).toBe(1)
    expect(unionid('abroad')).toBe(unionid('abroad-shop'))
    expect(unionid('abroad')).not.toBe(unionid('official'))
    expect(unionid('alone')).toBeUndefined()
  })

  test('is told by user/info and by a login as that app knows them', async () => {
    const box = await openSeveral()
    const { id, openid, unionid } = await someone(box, { following: ['abroad', 'alone'] })
    for (const name of ['official', 'brand', 'abroad', 'alone']) {
      const info = await box.ask(name, `/cgi-bin/user/info?openid=${openid(name)}`)
      const subscribe = name.startsWith('a') ? 1 : 0
      expect(info).toMatchObject({ subscribe, openid: openid(name) })
      expect(field(info, 'unionid')).toBe(unionid(name))
    }
    for (const name of ['mini', 'shop', 'abroad-shop']) {
      const session = await box.exchange(name, await box.logIn(name, id))
      expect(session).toMatchObject({ openid: openid(name), unionid: unionid(name) })
    }
  })

  test('is found by an id of any app, where the app is named', async () => {
    const box = await openSeveral()
    await someone(box)
    const { openid, unionid } = await someone(box)
    for (const name of ['official', 'brand', 'shop']) {
      expect(await box.control(`/people?app=${name}&openid=${openid(name)}`)).toMatchObject({ id: 1 })
    }
    expect(await box.control(`/people?app=abroad&unionid=${unionid('abroad')}`)).toMatchObject({ id: 1 })
    expect((await box.get(`/_box/people?openid=${openid('brand')}`)).status).toBe(404)
    expect((await box.get(`/_box/people?app=alone&unionid=${unionid('official')}`)).status).toBe(404)
  })

  test('who gets the unionid late gets it in every app', async () => {
    const box = await openSeveral()
    const { id, unionid } = await someone(box, { unionid: false })
    expect(unionid('abroad')).toBeUndefined()
    const { apps } = v.parse(personAnswer, await box.control(`/people/${id}/bind`, {}))
    expect([apps.abroad?.unionid, apps.alone?.unionid]).toEqual([expect.stringMatching(/^o/), undefined])
  })
})

describe('what belongs to one app is refused to another', () => {
  test('an openid, with 40003', async () => {
    const box = await openSeveral()
    const { id, openid } = await someone(box, { following: ['official', 'brand'] })
    const foreign = { errcode: 40003 }
    expect(await box.ask('brand', SEND, messageTo('brand', openid('official')))).toMatchObject(foreign)
    expect(await box.ask('brand', `/cgi-bin/user/info?openid=${openid('official')}`)).toMatchObject(foreign)
    expect(await box.ask('brand', `/cgi-bin/user/get?next_openid=${openid('official')}`)).toMatchObject(foreign)
    const batch = { user_list: [{ openid: openid('brand') }, { openid: openid('shop') }] }
    expect(await box.ask('brand', '/cgi-bin/user/info/batchget', batch)).toMatchObject(foreign)
    await box.logIn('mini', id)
    const check = { media_url: 'http://127.0.0.1:1/x.png', media_type: 2, version: 2, scene: 1, openid: openid('mini') }
    expect(await box.ask('shop', '/wxa/media_check_async', check)).toMatchObject(foreign)
  })

  test('a template, with 40037, and the list of another account is not told', async () => {
    const box = await openSeveral()
    const { openid } = await someone(box, { following: ['brand'] })
    const { templateId: template_id } = templateOf('official')
    expect(await box.ask('brand', SEND, messageTo('brand', openid('brand'), { template_id }))).toMatchObject({
      errcode: 40037,
    })
    expect(await box.ask('brand', '/cgi-bin/template/get_all_private_template')).toMatchObject({
      template_list: [{ template_id: templateOf('brand').templateId }],
    })
  })

  test('a login code, with 40029, and it stays good for its own', async () => {
    const box = await openSeveral()
    const { id } = await someone(box)
    const code = await box.logIn('mini', id)
    expect(await box.exchange('shop', code)).toMatchObject({ errcode: 40029 })
    expect(await box.exchange('mini', code)).toHaveProperty('session_key')
  })

  test("an AppSecret, with 40125, a mini program's token at an Official Account's call, with 48001", async () => {
    const box = await openSeveral()
    const said = { appid: box.identity('brand').appid, secret: box.identity('official').appsecret }
    expect(await box.askToken('brand', said)).toMatchObject({ errcode: 40125 })
    expect(await box.ask('shop', '/cgi-bin/user/get')).toMatchObject({ errcode: 48001 })
    const { appid } = box.identity('official')
    expect(await box.ask('brand', '/cgi-bin/clear_quota', { appid })).toMatchObject({ errcode: 40013 })
  })

  test('a mini program of another Open Platform account as the target, with 40013', async () => {
    const box = await openSeveral()
    const { openid } = await someone(box, { following: ['brand', 'alone'] })
    const lead = (account: Account, to: string) => {
      const miniprogram = { appid: box.identity(to).appid }
      return box.ask(account, SEND, messageTo(account, openid(account), { miniprogram }))
    }
    expect(await lead('brand', 'shop')).toMatchObject({ errcode: 0 })
    expect(await lead('brand', 'abroad-shop')).toMatchObject({ errcode: 40013 })
    expect(await lead('brand', 'official')).toMatchObject({ errcode: 40013 })
    expect(await lead('alone', 'mini')).toMatchObject({ errcode: 40013 })
  })
})

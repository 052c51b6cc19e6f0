import { describe, expect, test } from 'vitest'
import { defaultAccounts } from '../../../local/wechat/defaults.ts'
import { openWeChat } from '../../../local/wechat/server.ts'
import { openTestBox } from './open-test-box.ts'
import { openSeveral } from './several-apps.ts'

describe('an app that is added', () => {
  test('has what is not told made up, alike in every run, and can be used at once', async () => {
    const box = await openTestBox()
    const made = await box.control('/apps', { name: 'brand', kind: 'official' })
    expect(made).toEqual({
      name: 'brand',
      kind: 'official',
      appid: expect.stringMatching(/^wx[0-9a-f]{16}$/),
      appsecret: expect.stringMatching(/^[0-9a-f]{32}$/),
      originalId: expect.stringMatching(/^gh_[0-9a-f]{12}$/),
      platform: 'default',
      callback: {
        mode: 'secure',
        format: 'xml',
        token: expect.stringMatching(/^[0-9a-f]{32}$/),
        aesKey: expect.stringMatching(/^[A-Za-z0-9]{43}$/),
      },
    })
    expect(await (await openTestBox()).control('/apps', { name: 'brand', kind: 'official' })).toEqual(made)
    const { appid = '', appsecret: secret = '' } = box.box.apps().find(it => it.name === 'brand') ?? {}
    const query = new URLSearchParams({ grant_type: 'client_credential', appid, secret })
    expect((await box.get(`/cgi-bin/token?${query}`)).json).toHaveProperty('access_token')
  })

  test('has what is told', async () => {
    const box = await openTestBox()
    const [appid, appsecret] = ['wx00000000000000aa', 'a'.repeat(32)]
    const callback = { url: 'http://127.0.0.1:1/x', token: 'tok', aesKey: 'k'.repeat(43), mode: 'plain', format: 'xml' }
    const told = { name: 'shop', kind: 'mini', appid, appsecret, platform: 'second', callback }
    expect(await box.control('/apps', told)).toMatchObject(told)
    expect(await box.control('/apps', { name: 'alone', kind: 'mini', platform: null })).toMatchObject({
      platform: null,
      callback: { format: 'json' },
    })
  })

  test('is listed without its secrets, behind the first pair', async () => {
    const box = await openTestBox()
    await box.control('/apps', { name: 'brand', kind: 'official' })
    await box.control('/people', { count: 3, following: ['brand'] })
    const { official, mini } = defaultAccounts
    const listed = await box.control('/apps')
    expect(listed).toMatchObject([
      { name: 'official', kind: 'official', appid: official.appid, platform: 'default', followers: 0, templates: 1 },
      { name: 'mini', kind: 'mini', appid: mini.appid, platform: 'default', callback: { format: 'json' } },
      {
        name: 'brand',
        kind: 'official',
        platform: 'default',
        followers: 3,
        templates: 0,
        callback: { mode: 'secure' },
      },
    ])
    const secrets = box.box.apps().flatMap(({ appsecret, callback }) => [appsecret, callback.token, callback.aesKey])
    expect(secrets.filter(it => JSON.stringify(listed).includes(it))).toEqual([])
    const { appid } = box.box.apps()[2] ?? {}
    expect(await box.control('')).toMatchObject({ apps: { brand: appid }, officialAccounts: 2 })
  })

  test('is gone after a reset, but for those of the start', async () => {
    const box = await openSeveral()
    await box.control('/apps', { name: 'late', kind: 'mini' })
    await box.control('/appsecret/reset', { app: 'brand' })
    const before = box.withSecret('brand')
    await box.control('/reset', {})
    expect(box.box.apps().map(it => it.name)).toEqual([
      ...['official', 'mini', 'brand', 'abroad', 'alone', 'shop', 'abroad-shop'],
    ])
    expect(await box.askToken('brand', before)).toMatchObject({ errcode: 40125 })
  })
})

describe('wrong input is named', () => {
  const brand = { name: 'brand', kind: 'official' }
  test.each([
    ['/apps', { kind: 'mini' }, '"name" must be given'],
    ['/apps', { ...brand, name: 'Br and' }, '"name" is "Br and", and must be 1 to 32'],
    ['/apps', { ...brand, name: 'unknown' }, '"name" must not be "unknown"'],
    ['/apps', { ...brand, name: 'official' }, 'there is an app "official" already'],
    ['/apps', { name: 'brand' }, '"kind" must be given'],
    ['/apps', { ...brand, kind: 'work' }, '"kind" must be one of official, mini'],
    ['/apps', { ...brand, appid: 'wx12' }, '"appid" is "wx12", and must be wx and 16'],
    [
      '/apps',
      { ...brand, appid: defaultAccounts.mini.appid },
      `"appid" ${defaultAccounts.mini.appid} is that of "mini"`,
    ],
    ['/apps', { ...brand, appsecret: 'x' }, '"appsecret" must be 32 hexadecimal digits'],
    ['/apps', { ...brand, platform: 'a b' }, '"platform" is "a b", and must be 1 to 32'],
    ['/apps', { ...brand, callback: 'x' }, '"callback" must be an object'],
    ['/apps', { ...brand, callback: { aesKey: 'short' } }, '"aesKey" must be 43'],
    ['/apps', { ...brand, callback: { format: 'json' } }, 'an Official Account pushes XML only'],
    ['/appsecret/reset', {}, '"app" must be given'],
    ['/appsecret/reset', { app: 'mini', appsecret: 'x' }, '"appsecret" must be 32 hexadecimal digits'],
    ['/callback', { app: 'third' }, 'there is no app "third"; "app" must be one of official, mini'],
    ['/quota', { app: 'third', path: '/x' }, 'there is no app "third"'],
    ['/allow-list', { app: 'third' }, 'there is no app "third"'],
    ['/tokens/revoke', { app: 'third' }, 'there is no app "third"'],
    ['/templates', { app: 'third' }, 'there is no app "third"'],
    ['/templates', { app: 'mini' }, '"mini" is a mini program, not an Official Account'],
    ['/pages', { app: 'official', pages: [] }, '"official" is an Official Account, not a mini program'],
    ['/media-checks?app=third', { outcome: 'pass' }, 'there is no app "third"'],
    ['/faults', { app: 'third', path: '*', kind: 'hang' }, 'there is no app "third"'],
    ['/people', { following: ['third'] }, 'there is no app "third"'],
    ['/people', { following: ['mini'] }, '"mini" is a mini program'],
    ['/people/change', { app: 'mini', count: 1 }, '"mini" is a mini program'],
    ['/people/0/follow', { app: 'mini' }, '"mini" is a mini program'],
    ['/people/0/block', { app: 'third' }, 'there is no app "third"'],
    ['/people/0/login', { app: 'official' }, '"official" is an Official Account'],
  ])('%s %j', async (path, body, error) => {
    const box = await openTestBox()
    await box.person()
    const answer = await box.post(`/_box${path}`, body)
    expect(answer).toMatchObject({ status: 400, json: { error: expect.stringContaining(error) } })
    expect(box.box.apps()).toHaveLength(2)
    expect(await box.control('')).toMatchObject({ people: 1, followers: 0 })
  })

  test('at the start as well', async () => {
    const twice = [{ name: 'brand', kind: 'official' } as const, { name: 'brand', kind: 'mini' } as const]
    await expect(openWeChat({ apps: twice })).rejects.toThrow('there is an app "brand" already')
    await expect(openWeChat({ apps: [{ name: 'brand', kind: 'mini', appid: 'x' }] })).rejects.toThrow('"appid" is "x"')
  })
})

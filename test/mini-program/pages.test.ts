/** What the pages of the mini program make of the API's answers; how they look is for the developer tools. */

import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { describe, expect, it } from 'vitest'
import { openFolder } from '../opened.ts'
import { openPage } from './open-page.ts'
import { openServer, problem, type Reply } from './open-server.ts'
import { createWx } from './wx.ts'

const id = 'AAAAAAAAAAAAAAAAAAAAAA'
const ok = (body: unknown): Reply => ({ status: 200, body })

/** An API that answers by route, and knows the login of a box. */
async function openApi(routes: Readonly<Record<string, () => Reply>>) {
  const asked: string[] = []
  const baseUrl = await openServer(({ method, url }, self) => {
    asked.push(`${method} ${url}`)
    const known: Record<string, () => Reply> = {
      'POST /_box/people/0/login': () => ok({ code: 'of the box' }),
      'POST /login': () => ok({ token: 't', expiresIn: 86_400 }),
      'POST /images': () => ({ status: 201, body: { id, upload: { url: `${self}/s3`, fields: { key: 'k' } } } }),
      'POST /s3': () => ({ status: 201 }),
      ...routes,
    }
    return known[`${method} ${url}`]?.() ?? problem(404, 'delivery-unknown')
  })
  const wx = createWx(async () => 'of wx')
  const config = { baseUrl, boxLogin: '', appName: '', officialAccountId: '' }
  return { asked, wx, config, open: (path: string, more = {}) => openPage(path, config, { ...wx, ...more }) }
}

const reach = (name: string, more: object = {}) => ({ 'GET /me': () => ok({ reach: name, ...more }) })

describe('the first page', () => {
  it.each([
    ['reachable', '可以收到消息', false],
    ['not-following', '还不能收到消息', true],
    ['no-unionid', '暂时无法确认', false],
    ['unknown', '没有您的记录', true],
  ])('says %s in words, and offers what helps', async (name, title, canFollow) => {
    const { open } = await openApi(reach(name))
    const page = await open('pages/index/index')
    await page.call('onShow')
    expect(page.data).toMatchObject({ reach: name, title, canFollow, isAsking: false, problem: '', since: '' })
  })

  it('tells since when the user follows', async () => {
    const { open } = await openApi(reach('reachable', { followedAt: '2026-11-22T12:00:00.000Z' }))
    const page = await open('pages/index/index')
    await page.call('onShow')
    expect(page.data.since).toBe('2026-11-22')
  })

  it('tells what failed, with its code, and asks again', async () => {
    const answers = [problem(502, 'wechat-unavailable'), ok({ reach: 'reachable' })]
    const { open } = await openApi({ 'GET /me': () => answers.shift() ?? problem(500, 'internal') })
    const page = await open('pages/index/index')
    await page.call('onShow')
    expect(page.data).toMatchObject({ problem: expect.stringContaining('（wechat-unavailable）'), isAsking: false })
    await page.call('askAgain')
    expect(page.data).toMatchObject({ problem: '', reach: 'reachable' })
  })

  it('logs in with a code of the box where config.ts names one', async () => {
    const { open, config, wx, asked } = await openApi(reach('reachable'))
    const page = await openPage(
      'pages/index/index',
      { ...config, boxLogin: `${config.baseUrl}/_box/people/0/login` },
      wx,
    )
    await page.call('onShow')
    expect([asked.slice(0, 2), wx.logins()]).toEqual([['POST /_box/people/0/login', 'POST /login'], 0])
    await (await open('pages/index/index')).call('logInAgain')
    expect(wx.logins()).toBe(1)
  })
})

describe('the page of pictures', () => {
  async function openPicture(routes: Readonly<Record<string, () => Reply>>, choice?: () => Promise<unknown>) {
    const tempFilePath = join(await openFolder(), 'tmp.png')
    await writeFile(tempFilePath, Buffer.from('89504e470d0a1a0a0000000d', 'hex'))
    const { open } = await openApi(routes)
    return open('pages/picture/index', { chooseMedia: choice ?? (async () => ({ tempFiles: [{ tempFilePath }] })) })
  }
  const image = (state: string, more: object = {}) => ({ [`GET /images/${id}`]: () => ok({ id, state, ...more }) })

  it('shows a picture once it is served', async () => {
    const page = await openPicture(image('served', { imageUrl: 'https://files.example.com/i.png' }))
    await page.call('choose')
    expect(page.steps).toEqual(['sending', 'checking', 'served'])
    expect(page.data).toMatchObject({ percent: 100, imageUrl: 'https://files.example.com/i.png', problem: '' })
  })

  it('says why a picture was refused', async () => {
    const page = await openPicture(image('refused', { reason: 'risky' }))
    await page.call('choose')
    expect(page.data).toMatchObject({ step: 'none', problem: '图片未通过内容安全检查，请换一张。' })
  })

  it('says what S3 refused, with its code', async () => {
    const store = () => ({
      status: 403,
      body: '<Error><Code>AccessDenied</Code><Message>Policy expired</Message></Error>',
    })
    const page = await openPicture({ 'POST /s3': store })
    await page.call('choose')
    expect(page.data).toMatchObject({ step: 'none', problem: expect.stringContaining('upload-refused AccessDenied') })
  })

  it('lets the user look again where the asking failed', async () => {
    const answers = [problem(500, 'internal'), ok({ id, state: 'served', imageUrl: 'https://x/i.png' })]
    const page = await openPicture({ [`GET /images/${id}`]: () => answers.shift() ?? problem(500, 'internal') })
    await page.call('choose')
    expect(page.data).toMatchObject({ step: 'waiting', problem: expect.stringContaining('internal') })
    await page.call('look')
    expect(page.data).toMatchObject({ step: 'served', problem: '' })
  })

  it('says nothing to who closes the album, and what is wrong to who may not open it', async () => {
    const failing = (errMsg: string) => openPicture({}, () => Promise.reject({ errMsg }))
    const [closed, denied] = await Promise.all([
      failing('chooseMedia:fail cancel'),
      failing('chooseMedia:fail auth deny'),
    ])
    await Promise.all([closed.call('choose'), denied.call('choose')])
    expect([closed.data.problem, denied.data.problem]).toEqual(['', expect.stringContaining('auth deny')])
  })
})

describe('the page of an order', () => {
  it.each([
    ['20261122-0001', '20261122-0001'],
    ['%E6%82%A8', ''],
    ['x'.repeat(65), ''],
    ['', ''],
  ])('reads the number of the message’s page: %s', async (given, order) => {
    const { open } = await openApi({})
    const page = await open('pages/order/detail')
    await page.call('onLoad', { id: given })
    expect(page.data).toEqual({ order, isLoggedIn: true, problem: '' })
  })

  it('says that the login failed, and tries again', async () => {
    const answers = [problem(403, 'login-refused'), ok({ token: 't', expiresIn: 86_400 })]
    const { open } = await openApi({ 'POST /login': () => answers.shift() ?? problem(500, 'internal') })
    const page = await open('pages/order/detail')
    await page.call('onLoad', { id: '1' })
    expect(page.data).toMatchObject({ isLoggedIn: false, problem: '微信没有通过这次登录。（login-refused）' })
    await page.call('logIn')
    expect(page.data).toMatchObject({ isLoggedIn: true, problem: '' })
  })
})

describe('the ways to follow', () => {
  const config = { baseUrl: 'http://127.0.0.1:9', boxLogin: '', appName: '', officialAccountId: 'gh_0123456789ab' }
  const path = 'components/follow/follow'

  it('say why WeChat does not show its component, until it does', async () => {
    const follow = await openPage(path, config, {})
    await follow.call('showRefused', { detail: { status: 5 } })
    expect(follow.data).toMatchObject({ hasProfile: true, isShown: false, reason: expect.stringContaining('扫码') })
    await follow.call('showRefused', { detail: {} })
    expect(follow.data.reason).toBe('微信没有显示关注组件')
    await follow.call('showLoaded')
    expect(follow.data).toMatchObject({ isShown: true, reason: '' })
  })

  it('open the account’s page at a tap, where this WeChat can', async () => {
    const opened: unknown[] = []
    const openOfficialAccountProfile = ({ username }: { username: string }) => opened.push(username)
    const can = await openPage(path, config, { canIUse: () => true, openOfficialAccountProfile })
    await can.call('openProfile')
    const cannot = await openPage(path, { ...config, officialAccountId: '' }, { canIUse: () => false })
    await cannot.call('openProfile')
    expect([opened, can.data.reason, cannot.data]).toEqual([
      ['gh_0123456789ab'],
      '',
      expect.objectContaining({ hasProfile: false, reason: expect.stringContaining('升级微信') }),
    ])
  })
})

/** README's section on a test account, bullet by bullet, against a WeChat that is not our box. */

import { existsSync } from 'node:fs'

import * as v from 'valibot'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { callJson } from '../../local/http-json.ts'
import { patience } from '../patience.ts'
import { openPushes } from './plain-pushes.ts'
import { account, fillIn, readBlock, settingsIn } from './readme-account.ts'
import { openStandIn, templateId } from './stand-in-wechat.ts'
import { openFolder } from './started-stack.ts'

const first = 'oTestAccountFollower00000001'
const second = 'oTestAccountFollower00000002'
const silent = 'oTestAccountFollower00000003'
const finding = v.object({ name: v.string(), status: v.string(), words: v.string() })
const data = {
  店名: '鹊桥书店',
  birthday1: '2026-11-22 到 2027-11-22 之间的任意一天',
  xz_3_0: '三组',
  'order-no': '2026/1',
}

let wechat: Awaited<ReturnType<typeof openStandIn>>
let folder: Awaited<ReturnType<typeof openFolder>>
let stack: Awaited<ReturnType<typeof folder.start>>
let api: string

beforeAll(async () => {
  wechat = await openStandIn()
  folder = await openFolder(fillIn(readBlock('README.md'), { ...account, WECHAT_API_URL: wechat.url }))
  api = `http://127.0.0.1:${folder.ports.api}`
  stack = await folder.start()
}, 90_000)

afterAll(async () => {
  // As shells count an end by SIGTERM.
  expect(await stack?.stop()).toBe(143)
  expect(existsSync(`.local/${folder.ports.api}`)).toBe(false)
  await folder.remove()
  wechat.close()
})

const signal = () => AbortSignal.timeout(patience.timeout)
const ask = async (path: string) => (await callJson('GET', `${api}${path}`, { signal: signal() })).body
const reachOf = (openid: string) => expect.poll(() => ask(`/reach?openid=${openid}`), patience)
const pushes = () => openPushes(`${api}/callback`, account.WECHAT_CALLBACK_TOKEN)
const seconds = () => Math.floor(Date.now() / 1000)
const success = { status: 200, body: 'success' }

describe('README’s .env for a test account', () => {
  it('sets the same in both languages', () => {
    expect(settingsIn(readBlock('README.zh-CN.md'))).toEqual(settingsIn(readBlock('README.md')))
  })

  it('is checked before anything starts: each place that is not filled in is named', async () => {
    const asPrinted = await openFolder(readBlock('README.md'))
    const { code, told } = await asPrinted.run('local/start.ts')
    await asPrinted.remove()
    const names = told.split('\n').flatMap(it => /^(\w+) is not an? /.exec(it)?.[1] ?? [])
    expect(names.toSorted()).toEqual(Object.keys(account).toSorted())
    expect(code).toBe(1)
  })
})

describe('npm start with it', { timeout: 60_000 }, () => {
  it('plays no story, and says what to do next', () => {
    expect(stack.output()).toMatch(/\.\/queqiao doctor[\s\S]*POST http:\S+\/login[\s\S]*\.\/queqiao send --to openid=/)
    expect(stack.output()).not.toMatch(/Someone follows|✗/)
  })

  it('asks WeChat what it is, and tells it no secret of the callback', () => {
    const control = wechat.seen.filter(it => it.path.startsWith('/_box'))
    expect(control).toEqual([{ method: 'GET', path: '/_box', body: '' }])
    const told = JSON.stringify(wechat.seen) + stack.output()
    expect(told).not.toContain(account.WECHAT_CALLBACK_TOKEN)
  })

  it('logs in; without an Open Platform account the reach is no-unionid', async () => {
    const login = await callJson('POST', `${api}/login`, { body: { code: '0a1b2c3d' }, signal: signal() })
    expect(login).toMatchObject({ status: 200, body: { reach: 'no-unionid' } })
  })

  it('sends the first event to a follower of whom no sync has heard, with what only a test account takes', async () => {
    wechat.followers.add(first)
    const values = ['--data', JSON.stringify(data)]
    const event = ['--to', `openid=${first}`, '--template-id', templateId, '--id', 'first', ...values]
    const sent = await folder.run('tools/queqiao.cjs', 'send', ...event, '--no-follow')
    expect(sent, sent.told).toMatchObject({ code: 0 })

    await expect
      .poll(() => ask('/deliveries/first'), patience)
      .toMatchObject({ state: 'accepted', msgid: '3599307433' })
    const [message] = wechat.seen.filter(it => it.path.startsWith('/cgi-bin/message/template/send'))
    const shown = Object.fromEntries(Object.entries(data).map(([key, value]) => [key, { value }]))
    expect(JSON.parse(message?.body ?? '')).toMatchObject({ touser: first, data: shown })
    await reachOf(first).toEqual({ reach: 'reachable' })
  })

  it('answers the console’s handshake, in plain mode and with its Token alone', async () => {
    expect(await pushes().handshake('5837397902876543210')).toEqual({ status: 200, body: '5837397902876543210' })
  })

  it('takes a follow and an unfollow as they happen', async () => {
    wechat.followers.add(second)
    expect(await pushes().event(second, { name: 'subscribe', at: seconds() })).toEqual(success)
    await reachOf(second).toEqual({ reach: 'reachable' })

    wechat.followers.delete(second)
    expect(await pushes().event(second, { name: 'unsubscribe', at: seconds() + 1 })).toEqual(success)
    await reachOf(second).toMatchObject({ reach: 'not-following' })
  })

  it('keeps a delivery accepted until its receipt comes', async () => {
    expect(await ask('/deliveries/first')).toMatchObject({ state: 'accepted' })
    const fields = '<MsgID>3599307433</MsgID><Status><![CDATA[success]]></Status>'
    const receipt = { name: 'TEMPLATESENDJOBFINISH', at: seconds(), fields }
    expect(await pushes().event(first, receipt)).toEqual(success)
    await expect.poll(() => ask('/deliveries/first'), patience).toMatchObject({ state: 'delivered' })
  })

  it('reads the list of followers by ./queqiao sync, which shows how far it is', async () => {
    wechat.followers.add(silent)
    const { code, told } = await folder.run('tools/queqiao.cjs', 'sync')
    expect(code, told).toBe(0)
    expect(told).toMatch(/complete · .*1 page, 2 followers/)
    expect(await ask(`/reach?openid=${silent}`)).toEqual({ reach: 'reachable' })
  })

  it('has nothing wrong in the doctor’s eyes but our examples of templates, and gets the pages of a test account', async () => {
    const { out } = await folder.run('tools/queqiao.cjs', 'doctor', '--json')
    const { checks } = v.parse(v.object({ checks: v.array(finding) }), JSON.parse(out))
    expect(checks.filter(it => it.status === 'wrong').map(it => it.name)).toEqual(['templates'])
    expect(checks.find(it => it.name === 'callback')?.words).toContain('sandboxinfo (测试号管理) → 接口配置信息')
  })

  it('tells of the quota, and that the demo needs WeChat in a box', async () => {
    const [quota, demo] = await Promise.all([
      folder.run('tools/queqiao.cjs', 'quota'),
      folder.run('local/start.ts', '--demo'),
    ])
    expect(quota, quota.told).toMatchObject({ code: 0, told: expect.stringContaining('999') })
    expect(demo).toMatchObject({ code: 1, told: expect.stringContaining('The demo needs WeChat in a box') })
  })
})

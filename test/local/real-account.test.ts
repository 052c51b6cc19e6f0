/** README's section on a test account, against a WeChat that is not our box: the process of `npm start` itself. */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'

import * as v from 'valibot'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { callJson } from '../../local/http-json.ts'
import { pickFreePorts } from '../../local/ports.ts'
import { patience } from '../patience.ts'
import { openidOfFollower, openStandIn, templateId } from './stand-in-wechat.ts'

const account = {
  WECHAT_OFFICIAL_APPID: 'wx1234567890abcdef',
  WECHAT_OFFICIAL_SECRET: '0123456789abcdef0123456789abcdef',
  WECHAT_MINI_APPID: 'wxfedcba0987654321',
  WECHAT_MINI_SECRET: 'fedcba9876543210fedcba9876543210',
  WECHAT_CALLBACK_TOKEN: 'tokenOfTheConsole',
  WECHAT_CALLBACK_AES_KEY: 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG',
}

/** Starts the stack with this account, and waits until it says what to do next. */
async function startWith(more: Record<string, string>) {
  const { api, lambda, ...stores } = await pickFreePorts('127.0.0.1')
  const ports = Object.entries({ api, lambda, ...stores }).map(([name, port]) => [
    `${name.toUpperCase()}_PORT`,
    `${port}`,
  ])
  const env = { PATH: process.env.PATH, ...Object.fromEntries(ports), ...account, ...more }
  const child = spawn(process.execPath, ['local/start.ts'], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  const exit = once(child, 'exit')
  let output = ''
  const { promise: isReady, resolve } = Promise.withResolvers<void>()
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', text => {
      output += text
      if (output.includes('Ctrl-C stops')) resolve()
    })
  }
  const stop = async () => {
    child.kill('SIGTERM')
    return (await exit)[0]
  }
  const ended = exit.then(() => Promise.reject(new Error(output)))
  ended.catch(() => undefined)
  await Promise.race([isReady, ended])
  return { api: `http://127.0.0.1:${api}`, lambda: `http://127.0.0.1:${lambda}`, env, output: () => output, stop }
}

async function runTool(args: string[], env: Record<string, string | undefined>) {
  const child = spawn(join(import.meta.dirname, '../../queqiao'), args, { env })
  const [out, errors, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
  return { told: out + errors, code }
}

const signal = () => AbortSignal.timeout(patience.timeout)
const ask = async (path: string) => (await callJson('GET', `${stack.api}${path}`, { signal: signal() })).body
const finding = v.object({ name: v.string(), status: v.string(), words: v.string() })
const data = {
  店名: '鹊桥书店',
  birthday1: '2026-11-22 到 2027-11-22 之间的任意一天',
  xz_3_0: '三组',
  'order-no': '2026/1',
}

let wechat: Awaited<ReturnType<typeof openStandIn>>
let stack: Awaited<ReturnType<typeof startWith>>

beforeAll(async () => {
  wechat = await openStandIn()
  stack = await startWith({ WECHAT_API_URL: wechat.url, TEST_ACCOUNT: 'on' })
}, 90_000)

afterAll(async () => {
  // As shells count an end by SIGTERM.
  expect(await stack?.stop()).toBe(143)
  wechat.close()
})

describe('npm start with a real account', { timeout: 60_000 }, () => {
  it('plays no story, and says what to do next', () => {
    expect(stack.output()).toMatch(/\.\/queqiao doctor[\s\S]*POST http:\S+\/login[\s\S]*\.\/queqiao send --to openid=/)
    expect(stack.output()).not.toMatch(/Someone follows|✗/)
  })

  it('asks WeChat what it is, and tells it no secret of the callback', () => {
    const control = wechat.seen.filter(it => it.path.startsWith('/_box'))
    expect(control).toEqual([{ method: 'GET', path: '/_box', body: '' }])
    const told = JSON.stringify(wechat.seen) + stack.output()
    expect(told).not.toContain(account.WECHAT_CALLBACK_TOKEN)
    expect(told).not.toContain(account.WECHAT_CALLBACK_AES_KEY)
  })

  it('logs in', async () => {
    const login = await callJson('POST', `${stack.api}/login`, { body: { code: '0a1b2c3d' }, signal: signal() })
    expect(login).toMatchObject({ status: 200, body: { reach: 'no-unionid' } })
  })

  it('sends the first event to a follower of whom no sync has heard, with what only a test account takes', async () => {
    const values = ['--data', JSON.stringify(data)]
    const event = ['--to', `openid=${openidOfFollower}`, '--template-id', templateId, '--id', 'first', ...values]
    const sent = await runTool(['send', ...event, '--no-follow'], stack.env)
    expect(sent, sent.told).toMatchObject({ code: 0 })

    await expect
      .poll(() => ask('/deliveries/first'), patience)
      .toMatchObject({ state: 'accepted', msgid: '3599307433' })
    const [message] = wechat.seen.filter(it => it.path.startsWith('/cgi-bin/message/template/send'))
    const shown = Object.fromEntries(Object.entries(data).map(([key, value]) => [key, { value }]))
    expect(JSON.parse(message?.body ?? '')).toMatchObject({ touser: openidOfFollower, data: shown })
    await expect.poll(() => ask(`/reach?openid=${openidOfFollower}`), patience).toEqual({ reach: 'reachable' })
  })

  it('has nothing wrong in the doctor’s eyes but our examples of templates, and gets the pages of a test account', async () => {
    const { told } = await runTool(['doctor', '--json'], stack.env)
    const { checks } = v.parse(v.object({ checks: v.array(finding) }), JSON.parse(told))
    expect(checks.filter(it => it.status === 'wrong').map(it => it.name)).toEqual(['templates'])
    expect(checks.find(it => it.name === 'callback')?.words).toContain('sandboxinfo (测试号管理) → 接口配置信息')
  })
})

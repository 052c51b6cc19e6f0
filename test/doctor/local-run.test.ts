/** What the doctor says of the local run: nothing of AWS, and with the box nothing of a console. */

import { expect, it } from 'vitest'

import { openDoctorWorld } from './doctor-world.ts'

const aws = /AWS|Lambda|NAT|DNS|deploy|CNAME|certificate|ICP|备案/
const consoles = /mp\.weixin\.qq\.com|developers\.weixin|open\.weixin|开发管理|微信/
const local = { stage: 'local', isBox: true } as const
const silent = 'http://127.0.0.1:9'

it('has a line for each check that means something there, and no advice on AWS or a console', async () => {
  const world = await openDoctorWorld()

  const report = await world.examine(local)

  expect(report.checks.map(it => it.name)).toEqual([
    ...['secrets', 'official-credentials', 'mini-credentials', 'allow-list', 'certification', 'open-platform'],
    ...['templates', 'callback', 'quotas', 'queues', 'images', 'clock'],
  ])
  expect(report.checks.map(it => it.status)).toEqual(Array(12).fill('ok'))
  expect(JSON.stringify(report.checks)).not.toMatch(aws)
  expect(JSON.stringify(report.checks)).not.toMatch(consoles)
})

it('names the box and the terminal where something is wrong', async () => {
  const world = await openDoctorWorld({ secrets: { 'official-appsecret': '0'.repeat(32) } })
  await world.control('/allow-list', { app: 'mini', addresses: ['192.0.2.1'] })
  await world.control('/clock', { advance: 600_000 })

  const report = await world.examine({
    ...local,
    queues: { size: async name => ({ ready: name.endsWith('-dlq') ? 1 : 0, later: 0, inWork: 0 }) },
    api: { address: silent, get: () => Promise.reject(new Error('no')), certificate: async () => undefined },
  })

  const hints = Object.fromEntries(report.checks.map(it => [it.name, it.hint]))
  expect(hints['official-credentials']).toMatch(/WeChat in a box .*POST \/_box\/appsecret\/reset.*set it in \.env/)
  expect(hints['allow-list']).toMatch(/^paste \S+ into WeChat in a box .*POST \/_box\/allow-list$/)
  expect(hints.queues).toContain('./queqiao redrive')
  expect(hints.queues).toContain('the terminal of npm start says what was wrong')
  expect(hints.callback).toBe('see the terminal of npm start')
  expect(hints.clock).toContain('POST /_box/clock')
  expect(JSON.stringify(report.checks)).not.toMatch(aws)
  expect(JSON.stringify(report.checks)).not.toMatch(consoles)
})

it('with a real account names its console, and still nothing of AWS', async () => {
  const world = await openDoctorWorld({ wechatUrl: silent })

  const { checks, find } = await world.examine({ stage: 'local', isBox: false })

  expect(find('callback')?.words).toMatch(/paste a public URL that leads to it into .*消息推送/)
  expect(find('official-credentials')?.hint).toBe('check WECHAT_API_URL, and this machine’s network')
  expect(find('mini-program-link')).toBeDefined()
  expect(JSON.stringify(checks)).not.toMatch(aws)
})

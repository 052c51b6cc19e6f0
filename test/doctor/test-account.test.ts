/** What the doctor says of a test account (测试号), which has one page and no console. */

import { expect, it } from 'vitest'

import { openDoctorWorld } from './doctor-world.ts'

const itsPage = 'mp.weixin.qq.com/debug/cgi-bin/sandboxinfo (测试号管理)'

it('names the pages that a test account has, and none of the console', async () => {
  const world = await openDoctorWorld({ secrets: { 'official-appsecret': '0'.repeat(32) } })
  await world.control('/faults', {
    path: '/cgi-bin/template/get_all_private_template',
    kind: 'errcode',
    errcode: 48001,
  })

  const report = await world.examine({ isTestAccount: true })

  expect(report.find('official-credentials')?.hint).toContain(`${itsPage} → 测试号信息`)
  expect(report.find('callback')?.words).toContain(`${itsPage} → 接口配置信息`)
  expect(JSON.stringify(report.checks)).not.toMatch(/公众号\)|设置与开发|广告与服务/)
})

it('misses neither an EncodingAESKey nor unionids, for a test account has none', async () => {
  const world = await openDoctorWorld({
    secrets: { 'official-callback-aes-key': undefined, 'mini-callback-aes-key': undefined },
  })
  await world.control('/people/change', { first: 0, count: 3, following: false })
  await world.control('/people', { count: 2, following: true, unionid: false })

  const report = await world.examine({ isTestAccount: true })

  expect(report).toMatchObject({ isWell: true })
  expect(report.find('secrets')).toEqual({ name: 'secrets', status: 'ok', words: '6 of 8 are set' })
  expect(report.find('open-platform')).toMatchObject({ status: 'warning', hint: 'push events to an openid' })
})

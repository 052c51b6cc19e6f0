/** Keys and values that only a test account (测试号) takes, where people write the templates themselves. */

import { expect, it } from 'vitest'
import { parseTemplateMessage, valueCheckOf } from '../../lib/send/kinds/template-event.ts'
import { readTemplateLists } from '../../lib/send/template-list.ts'
import { stageApps } from '../idle-pair.ts'
import { openTestBox } from '../local/wechat/open-test-box.ts'

const templateId = 'tEsTaCcOuNtTeMpLaTe0123456789abcdefghijklmn'
const fields = { 店名: '店名', birthday1: '生日', xz_3_0: '小组', 'order-no': '单号' }
const [app] = stageApps.officials
const templates =
  readTemplateLists({ local: { shop: { templateId, title: '测试', fields } } }, 'local', [app]).get(app.name) ?? {}
const rules = { account: { app, templates }, minis: stageApps.minis }
const data = { 店名: '鹊', birthday1: '2026-11-22 00:00 in 上海市 区', xz_3_0: '3', 'order-no': '1' }
const event = JSON.stringify({ id: 'a', to: { openid: 'o1' }, template: 'shop', data })

it('goes out as it is where TEST_ACCOUNT is on', () => {
  expect(data.birthday1).toHaveLength(25)
  expect(parseTemplateMessage(event, { ...rules, values: valueCheckOf('on') }).data).toEqual(data)
})

it('is refused anywhere else for its value alone, not for its keys', () => {
  const wrong = 'data.birthday1 must have at most 20 characters'
  expect(() => parseTemplateMessage(event, { ...rules, values: valueCheckOf('off') })).toThrow(wrong)
})

it('still needs each key of a listed template', () => {
  const body = JSON.stringify({ ...JSON.parse(event), data: { 店名: '鹊' } })
  expect(() => parseTemplateMessage(body, { ...rules, values: 'unchecked' })).toThrow('data.birthday1 is missing')
})

it('reaches a phone of the box, which asks nothing of values then', async () => {
  const templates = [{ templateId, title: '测试', fields }]
  const box = await openTestBox({ templates, enforceValues: false })
  const { openid } = await box.person({ following: true })
  const wrapped = Object.fromEntries(Object.entries(data).map(([key, value]) => [key, { value }]))
  const message = { touser: openid, template_id: templateId, data: wrapped }
  await box.post(`/cgi-bin/message/template/send?access_token=${await box.token()}`, message)

  const lines = Object.entries(data).map(([key, value]) => ({ label: fields[key as keyof typeof fields], value }))
  expect(await box.control('/phones')).toMatchObject([{ messages: [{ data, lines }] }])
})

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished } from 'vitest'
import { field } from '../../../local/wechat/json.ts'
import { goodData, openTestBox, template, test } from './open-test-box.ts'

/** A back end that notes what it is asked, and answers with these bodies by path. */
async function openBackEnd(answers: Record<string, { status: number; body: object }>) {
  const asked: { path: string | undefined; body: unknown; authorization: string | undefined }[] = []
  const server = createServer(async (request, response) => {
    const chunks = await Array.fromAsync(request)
    const { authorization } = request.headers
    const text = Buffer.concat(chunks).toString()
    asked.push({ path: request.url, body: text.startsWith('{') ? JSON.parse(text) : text, authorization })
    const { status, body } = answers[request.url ?? ''] ?? { status: 404, body: {} }
    response.writeHead(status).end(JSON.stringify(body))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked }
}

test('a phone shows the chat with its cards, and the menu', async ({ box }) => {
  const token = await box.token()
  const { id, openid } = await box.person({ name: '小明', following: true })
  const button = [{ type: 'click', name: '订单', key: 'orders' }]
  await box.post(`/cgi-bin/menu/create?access_token=${token}`, { button })
  await box.control(`/people/${id}/write`, { content: '你好' })
  const message = { touser: openid, template_id: template.templateId, data: goodData }
  await box.post(`/cgi-bin/message/template/send?access_token=${token}`, message)

  const lines = [{ label: '订单编号', value: '20261122-0001' }, { label: '支付金额' }, { label: '支付时间' }]
  expect(await box.control(`/people/${id}/phone`)).toMatchObject({
    person: { name: '小明', apps: { official: { openid, following: true } } },
    menu: button,
    earlier: 0,
    chat: [
      { by: 'phone', content: '你好' },
      { by: 'template', title: template.title, lines },
    ],
  })
  expect(await box.control(`/people/${id}/phone?limit=1`)).toMatchObject({ earlier: 1, chat: [{ by: 'template' }] })
  // After its removal a message still shows what it said.
  await box.control('/templates', { remove: [template.templateId] })
  const left = [{ label: 'character_string1', value: '20261122-0001' }]
  expect(await box.control(`/people/${id}/phone?limit=1`)).toMatchObject({
    chat: [{ lines: expect.arrayContaining(left) }],
  })
})

test('without a back end the mini program shows a login code and its end', async ({ box }) => {
  const { id } = await box.person()
  const now = field(await box.control('/clock'), 'now')
  expect(await box.control(`/people/${id}/mini-program`, {})).toEqual({
    code: expect.stringMatching(/^[0-9a-f]{32}$/),
    until: Number(now) + 300_000,
  })
})

test('the mini program logs in at its back end, and the session token stays in the box', async () => {
  const backEnd = await openBackEnd({
    '/login': { status: 200, body: { token: 'secret-token', reach: 'not-following' } },
    '/follow-codes': {
      status: 201,
      body: { url: 'http://x/showqrcode?ticket=1', content: 'http://weixin.qq.com/q/1' },
    },
  })
  const box = await openTestBox({ miniProgramApi: backEnd.url })
  await box.control('/apps', { name: 'shop', kind: 'mini' })
  const { id } = await box.person()

  const screen = await box.control(`/people/${id}/mini-program`, { followCode: true })
  expect(screen).toMatchObject({
    login: { status: 200, reach: 'not-following' },
    followCode: { status: 201, url: 'http://weixin.qq.com/q/1' },
  })
  expect(JSON.stringify(screen)).not.toContain('secret-token')
  await box.control(`/people/${id}/mini-program`, { app: 'shop' })
  expect(backEnd.asked).toMatchObject([
    { path: '/login', body: { code: field(screen, 'code') } },
    { path: '/follow-codes', authorization: 'Bearer secret-token' },
    { path: '/login', body: { app: 'shop' } },
  ])
})

test('what the back end refuses is shown as it says it, and that it is not there', async () => {
  const refusal = { status: 403, body: { title: 'Forbidden', detail: 'WeChat refuses this person' } }
  const backEnd = await openBackEnd({ '/login': refusal })
  const box = await openTestBox({ miniProgramApi: backEnd.url })
  const { id } = await box.person()
  expect(await box.control(`/people/${id}/mini-program`, { followCode: true })).toMatchObject({
    login: { status: 403, problem: 'WeChat refuses this person' },
  })
  const lonely = await openTestBox({ miniProgramApi: 'http://127.0.0.1:1' })
  await lonely.person()
  expect(await lonely.control('/people/0/mini-program', {})).toMatchObject({ login: { status: 0 } })
})

test('a picture is uploaded by the form of the back end, in the session of the login, and shown once it is served', async () => {
  const answers: Record<string, { status: number; body: object }> = {
    '/login': { status: 200, body: { token: 'secret-token', reach: 'reachable' } },
    '/s3': { status: 201, body: {} },
    '/images/i-1': { status: 200, body: { state: 'expected' } },
  }
  const backEnd = await openBackEnd(answers)
  const box = await openTestBox({ miniProgramApi: backEnd.url })
  const { id } = await box.person()
  const picture = { contentType: 'image/png', picture: Buffer.from('the picture').toString('base64') }
  expect(await box.control(`/people/${id}/picture`, picture)).toMatchObject({ status: 401 })
  await box.control(`/people/${id}/mini-program`, {})
  answers['/images'] = { status: 413, body: { detail: 'too large' } }
  expect(await box.control(`/people/${id}/picture`, picture)).toEqual({ status: 413, problem: 'too large' })

  const upload = { url: `${backEnd.url}/s3`, fields: { key: 'uploads/i-1' } }
  answers['/images'] = { status: 201, body: { id: 'i-1', upload } }
  const uploaded = await box.control(`/people/${id}/picture`, picture)
  expect(uploaded).toMatchObject({ status: 200, id: 'i-1', state: 'expected' })
  const [, , asked, sent, looked] = backEnd.asked
  expect(asked).toMatchObject({ path: '/images', body: { contentType: 'image/png', size: 11 } })
  expect(asked?.authorization).toBe('Bearer secret-token')
  expect(sent?.body).toMatch(/name="key"\r\n\r\nuploads\/i-1.*name="file".*the picture/s)
  expect(sent?.authorization).toBeUndefined()
  expect(looked?.authorization).toBe('Bearer secret-token')

  answers['/images/i-1'] = { status: 200, body: { state: 'refused', reason: 'not-an-image' } }
  expect(await box.control(`/people/${id}/picture?id=i-1`)).toMatchObject({ state: 'refused', reason: 'not-an-image' })
  answers['/s3'] = { status: 403, body: {} }
  expect(await box.control(`/people/${id}/picture`, picture)).toMatchObject({ status: 403 })
})

test('codes to follow are listed as long as they can be scanned', async ({ box }) => {
  const token = await box.token()
  const make = (expire_seconds: number, scene_str: string) =>
    box.post(`/cgi-bin/qrcode/create?access_token=${token}`, {
      ...{ expire_seconds, action_name: 'QR_STR_SCENE', action_info: { scene: { scene_str } } },
    })
  await make(60, 'short')
  await make(600, 'long')
  expect(await box.control('/qr-codes')).toMatchObject([{ scene: 'long' }, { scene: 'short' }])
  box.tick(60_000)
  expect(await box.control('/qr-codes')).toMatchObject([{ scene: 'long' }])
})

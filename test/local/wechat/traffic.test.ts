import * as v from 'valibot'
import { expect } from 'vitest'
import { defaultAccounts, defaultCallback } from '../../../local/wechat/defaults.ts'
import { goodData, template, test } from './open-test-box.ts'
import { openReceiver } from './receiver.ts'

const calls = v.array(v.object({ id: v.number(), path: v.string() }))

test('a call is kept with question, answer and duration, and without secrets', async ({ box }) => {
  const token = await box.token()
  const { openid } = await box.person({ following: true })
  const message = { touser: openid, template_id: template.templateId, data: goodData }
  const sent = await box.post(`/cgi-bin/message/template/send?access_token=${token}`, message)
  await box.post(`/cgi-bin/stable_token`, { ...defaultAccounts.official, grant_type: 'client_credential', secret: 'x' })
  await box.get(
    `/sns/jscode2session?appid=${defaultAccounts.mini.appid}&secret=${defaultAccounts.mini.appsecret}&js_code=abc`,
  )

  const latest = v.parse(calls, await box.control('/exchanges'))
  const details = await Promise.all(latest.map(({ id }) => box.control(`/exchange?id=${id}`)))
  expect(latest.map(({ path }) => path)).toEqual([
    '/sns/jscode2session',
    '/cgi-bin/stable_token',
    '/cgi-bin/message/template/send',
    '/cgi-bin/token',
  ])
  expect(details[2]).toMatchObject({
    app: 'official',
    errcode: 0,
    query: 'access_token=••• official #1',
    answer: sent.text,
  })
  expect(details[2]).toHaveProperty('ms', expect.any(Number))
  expect(JSON.parse(JSON.stringify(details[2])).question).toContain('20261122-0001')
  const all = JSON.stringify(details)
  for (const secret of [token, defaultAccounts.official.appsecret, defaultAccounts.mini.appsecret, 'abc'])
    expect(all).not.toContain(secret)
})

test('however a secret is written, it is masked', async ({ box }) => {
  const token = await box.token()
  const { appsecret } = defaultAccounts.official
  const escaped = [...appsecret].map(it => `\\u${it.charCodeAt(0).toString(16).padStart(4, '0')}`).join('')
  const bodies = [
    `{"secret":"${escaped}"}`,
    `{"a":["${token}"],"b":{"session_key":"topsecretvalue"}}`,
    `{"secret":"${appsecret}","cut`,
    `not json: ${appsecret} ${token} session_key=topsecretvalue`,
    JSON.stringify({ nested: JSON.stringify({ access_token: token, js_code: 'topsecretvalue' }) }),
  ]
  for (const body of bodies) await box.post('/cgi-bin/clear_quota/v2', body)

  const latest = v.parse(calls, await box.control('/exchanges'))
  const details = JSON.stringify(await Promise.all(latest.map(({ id }) => box.control(`/exchange?id=${id}`))))
  for (const secret of [token, appsecret, escaped, 'topsecretvalue']) expect(details).not.toContain(secret)
})

test('the log of calls holds a bounded number of bounded texts', async ({ box }) => {
  const long = JSON.stringify({ appid: 'x'.repeat(100_000) })
  for (let at = 0; at < 3; at += 1) await box.post('/cgi-bin/clear_quota/v2', long)
  const [first] = v.parse(calls, await box.control('/exchanges'))
  const text = JSON.stringify(await box.control(`/exchange?id=${first?.id}`))
  expect(text.length).toBeLessThan(20_000)
  expect((await box.get('/_box/exchange?id=999')).status).toBe(404)
})

test('callbacks are kept with what was pushed, and each answer', async ({ box }) => {
  const no = { status: 500, body: 'no' }
  const receiver = await openReceiver(no, no, no)
  await box.control('/callback', { url: receiver.url })
  const { id } = await box.person({})
  await box.control(`/people/${id}/follow`, {})
  await expect.poll(() => box.control('/pushes')).toHaveLength(3)

  expect(await box.control('/pushes')).toMatchObject(
    [3, 2, 1].map(attempt => ({ app: 'official', event: 'subscribe', attempt })),
  )
  expect(await box.control('/push?app=official&id=e1')).toMatchObject({
    plain: expect.stringContaining('<![CDATA[subscribe]]>'),
    tries: [{ status: 500, body: 'no' }, {}, {}],
  })
  expect(JSON.stringify(await box.control('/push?id=e1'))).not.toContain(defaultCallback.aesKey)
})

test('quotas and tokens are listed by app; a token has a number and no text', async ({ box }) => {
  const token = await box.token()
  await box.token()
  const listed = await box.control('/tokens')
  expect(listed).toMatchObject([
    { app: 'official', number: 2, kind: 'plain', state: 'good' },
    { app: 'official', number: 1, kind: 'plain', state: 'good' },
  ])
  expect(JSON.stringify(listed)).not.toContain(token)
  expect(await box.control('/quota')).toContainEqual({ app: 'official', path: '/cgi-bin/token', daily: 2000, used: 2 })
})

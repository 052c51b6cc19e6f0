import { describe, expect } from 'vitest'
import { defaultAccounts } from '../../../local/wechat/defaults.ts'
import { openWeChat } from '../../../local/wechat/server.ts'
import { noon, test } from './open-test-box.ts'
import { sendRaw } from './raw-request.ts'

const RID = /rid: ([0-9a-f]{8})-[0-9a-f]{8}-[0-9a-f]{8}$/

describe('answers on the wire', () => {
  test('have an exact length, no newline, and the content type of their path', async ({ box }) => {
    const cgi = await sendRaw(box.box.url, 'GET /cgi-bin/token HTTP/1.1\r\nHost: x\r\n\r\n')
    expect(cgi).toMatch(/^HTTP\/1\.1 200 OK\r\n/)
    expect(cgi).toContain('Content-Type: application/json; encoding=utf-8\r\n')
    const body = /\r\n\r\n(.*)$/s.exec(cgi)?.[1] ?? ''
    expect(body).toMatch(/^\{"errcode":41002,"errmsg":"appid missing rid: [0-9a-f-]{26}"\}$/)
    expect(cgi).toContain(`Content-Length: ${body.length}\r\n`)
    const sns = await box.get('/sns/jscode2session')
    expect(sns.headers.get('content-type')).toBe('text/plain')
    expect(sns.text).toMatch(/^\{"errcode":41002,"errmsg":"appid missing, rid: [0-9a-f-]{26}"\}$/)
  })

  test('a length counts bytes, not characters', async ({ box }) => {
    const { headers, text } = await box.get(
      `/cgi-bin/template/get_all_private_template?access_token=${await box.token()}`,
    )
    expect(Number(headers.get('content-length'))).toBe(Buffer.byteLength(text))
    expect(Buffer.byteLength(text)).toBeGreaterThan(text.length)
  })

  test("carry the second of the box's clock in Date and rid", async ({ box }) => {
    await box.control('/clock', { advance: 86_400_000 })
    const { headers, text } = await box.get('/cgi-bin/token')
    const second = noon / 1000 + 86_400
    expect(headers.get('date')).toBe(new Date(second * 1000).toUTCString())
    expect(Number.parseInt(RID.exec(text.slice(0, -2))?.[1] ?? '', 16)).toBe(second)
  })
})

describe('requests that WeChat does not take', () => {
  test.for(['/cgi-bin/nothing', '/cgi-bin/user/get/', '/CGI-BIN/token', '//', '/favicon.ico'])(
    '%s is 40066',
    async (path, { box }) => {
      const { status, json } = await box.get(path)
      expect([status, json]).toEqual([200, { errcode: 40066, errmsg: expect.stringMatching(/^invalid url rid: /) }])
    },
  )

  test('a path in the wrong case is 40066 with the comma of /sns', async ({ box }) => {
    const errmsg = expect.stringMatching(/^invalid url, rid: /)
    expect((await box.get('/sns/jsCode2Session')).json).toEqual({ errcode: 40066, errmsg })
  })

  test('the wrong method is 43001 or 43002, but POST token lacks an appid', async ({ box }) => {
    expect((await box.post('/cgi-bin/user/get', {})).json).toMatchObject({ errcode: 43001 })
    expect((await box.get('/cgi-bin/message/template/send')).json).toMatchObject({ errcode: 43002 })
    expect((await box.get('/cgi-bin/stable_token')).json).toMatchObject({ errcode: 43002 })
    const { appid, appsecret: secret } = defaultAccounts.official
    const body = { grant_type: 'client_credential', appid, secret }
    expect((await box.post('/cgi-bin/token', body)).json).toMatchObject({ errcode: 41002 })
  })

  test('a chunked body is 412 with nothing in it', async ({ box }) => {
    const chunked =
      'Host: x\r\nTransfer-Encoding: chunked\r\nContent-Type: application/json\r\n\r\n2\r\n{}\r\n0\r\n\r\n'
    const answer = await sendRaw(box.box.url, `POST /cgi-bin/stable_token HTTP/1.1\r\n${chunked}`)
    expect(answer).toMatch(/^HTTP\/1\.1 412 Precondition Failed\r\n/)
    expect(answer).toMatch(/Content-Length: 0\r\n.*\r\n\r\n$/s)
  })

  test('a body of many megabytes is refused unread', async ({ box }) => {
    const answer = await sendRaw(
      box.box.url,
      'POST /cgi-bin/stable_token HTTP/1.1\r\nHost: x\r\nContent-Length: 9000000\r\n\r\n',
    )
    expect(answer).toMatch(/^HTTP\/1\.1 413 /)
  })

  test('text that is no UTF-8 is no JSON', async ({ box }) => {
    const body = Buffer.from('{"touser":"\xff"}', 'latin1')
    const { json } = await box.get('/cgi-bin/message/template/send', { method: 'POST', body })
    expect(json).toMatchObject({ errcode: 47001 })
  })
})

test('a port in use is Node`s own error', async ({ box }) => {
  const port = Number(new URL(box.box.url).port)
  await expect(openWeChat({ port })).rejects.toMatchObject({ code: 'EADDRINUSE', port })
})

test('a closed box lets its port go and drops idle connections', async () => {
  const first = await openWeChat()
  await fetch(first.url).then(answer => answer.text())
  await first.close()
  const second = await openWeChat({ port: Number(new URL(first.url).port) })
  expect(second.url).toBe(first.url)
  await second.close()
})

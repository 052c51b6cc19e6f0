import { describe, expect, test } from 'vitest'
import { field } from '../../../local/wechat/json.ts'
import { goodData, openTestBox, template } from './open-test-box.ts'
import { sendRaw } from './raw-request.ts'

const SEND = '/cgi-bin/message/template/send'

async function openFaulty(...faults: object[]) {
  const box = await openTestBox()
  const { openid } = await box.person({ following: true })
  const token = await box.token()
  await box.control(
    '/faults',
    faults.map(fault => ({ path: SEND, ...fault })),
  )
  const right = { touser: openid, template_id: template.templateId, data: goodData }
  return {
    box,
    send: (signal?: AbortSignal) => {
      const init = { method: 'POST', body: JSON.stringify(right), ...(signal && { signal }) }
      return box.get(`${SEND}?access_token=${token}`, init)
    },
    info: () => box.get(`/cgi-bin/user/info?access_token=${token}&openid=${openid}`),
    delivered: async () => box.box.messages().length,
  }
}

describe('faults', () => {
  test.each([
    ['reset-before', 0],
    ['reset-after', 1],
  ])('%s resets the connection with %i messages out', async (kind, out) => {
    const { send, delivered } = await openFaulty({ kind })
    await expect(send()).rejects.toThrow('fetch failed')
    expect(await delivered()).toBe(out)
    expect((await send()).json).toMatchObject({ errcode: 0 })
  })

  test('slow answers late, hang never, both after the work', async () => {
    const { send, delivered } = await openFaulty(
      { kind: 'slow', ms: 60 },
      { kind: 'hang' },
      { kind: 'hang', processed: false },
    )
    const start = performance.now()
    expect((await send()).json).toMatchObject({ errcode: 0 })
    expect(performance.now() - start).toBeGreaterThan(50)
    await expect(send(AbortSignal.timeout(80))).rejects.toThrow('timeout')
    expect(await delivered()).toBe(2)
    await expect(send(AbortSignal.timeout(80))).rejects.toThrow('timeout')
    expect(await delivered()).toBe(2)
  })

  test('status gives the page of the gateway', async () => {
    const { send, delivered } = await openFaulty({ kind: 'status', status: 503, times: 2 })
    const { status, text, headers } = await send()
    expect([status, headers.get('content-type')]).toEqual([503, 'text/html'])
    expect(text).toContain('<hr><center>stgw</center>')
    expect((await send()).status).toBe(503)
    expect(await delivered()).toBe(0)
    expect((await send()).status).toBe(200)
  })

  test('empty-200 and truncated keep the status', async () => {
    const { box, send, delivered } = await openFaulty({ kind: 'empty-200' }, { kind: 'truncated' })
    expect(await send()).toMatchObject({ status: 200, text: '' })
    await expect(send()).rejects.toThrow('terminated')
    expect(await delivered()).toBe(2)
    await box.control('/faults', { path: '/cgi-bin/token', kind: 'truncated', processed: false })
    const raw = await sendRaw(box.box.url, 'GET /cgi-bin/token HTTP/1.1\r\nHost: x\r\n\r\n')
    const [head = '', body = ''] = raw.split('\r\n\r\n')
    expect(body.length).toBeGreaterThan(0)
    expect(body.length).toBeLessThan(Number(/Content-Length: (\d+)/.exec(head)?.[1]))
  })

  test.each([
    ['control-characters', '"nickname":"a\u0007b\u0014c"'],
    ['lone-backslash', '"nickname":"y?v\\"'],
  ])('%s make the JSON invalid', async (kind, spoilt) => {
    const { box, info } = await openFaulty()
    await box.control('/faults', { path: '/cgi-bin/user/info', kind })
    const { text, json } = await info()
    expect(text).toContain(spoilt)
    expect(json).toBeUndefined()
    expect((await info()).json).toMatchObject({ subscribe: 1 })
  })

  test('errcode as text', async () => {
    const { send, info, box } = await openFaulty({ kind: 'errcode-as-string' })
    expect((await send()).text).toMatch(/^\{"errcode":"0","errmsg":"ok","msgid":\d+\}$/)
    await box.control('/faults', { path: '/cgi-bin/user/info', kind: 'errcode-as-string' })
    expect((await info()).json).toMatchObject({ errcode: '0', subscribe: 1 })
  })

  test('any errcode, with the message sent or not, after some calls', async () => {
    const { send, delivered } = await openFaulty(
      { kind: 'errcode', errcode: 40001, skip: 1 },
      { kind: 'errcode', processed: true },
      { kind: 'errcode', errcode: 12345, errmsg: 'odd' },
    )
    expect((await send()).json).toMatchObject({ errcode: -1, errmsg: expect.stringMatching(/^system error rid: /) })
    expect(await delivered()).toBe(1)
    expect((await send()).json).toMatchObject({ errcode: 40001 })
    expect((await send()).json).toEqual({ errcode: 12345, errmsg: expect.stringMatching(/^odd rid: /) })
    expect(await delivered()).toBe(1)
    expect((await send()).json).toMatchObject({ errcode: 0 })
  })

  test('a star meets every path, and DELETE ends it', async () => {
    const { box, send, info } = await openFaulty({ path: '*', kind: 'status', times: 100 })
    expect([(await send()).status, (await info()).status]).toEqual([502, 502])
    await box.get('/_box/faults', { method: 'DELETE' })
    expect((await send()).status).toBe(200)
  })
})

test('calls are counted per app and path, and show nothing secret', async () => {
  const { box, send } = await openFaulty({ kind: 'reset-before' })
  await expect(send()).rejects.toThrow()
  await send()
  await box.get('/nothing/here?access_token=hidden')
  const calls = await box.control('/calls')
  expect(field(calls, 'counts')).toEqual({
    official: { '/cgi-bin/token': 1, [SEND]: 1 },
    mini: {},
    unknown: { [SEND]: 1, '(unknown path)': 1 },
  })
  expect(field(calls, 'recent')).toContainEqual(expect.objectContaining({ app: 'official', path: SEND, errcode: 0 }))
  expect(field(calls, 'recent')).toContainEqual(expect.objectContaining({ app: 'unknown', path: SEND, errcode: null }))
  expect(JSON.stringify(calls)).not.toMatch(/hidden|secret|access_token/)
})

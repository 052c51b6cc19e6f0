import { createServer } from 'node:http'
import { describe, expect, test, vi } from 'vitest'
import { defaultAccounts, defaultCallback } from '../../../local/wechat/defaults.ts'
import { field, textField } from '../../../local/wechat/json.ts'
import type { WeChatOptions } from '../../../local/wechat/server.ts'
import { sign } from '../../../local/wechat/signature.ts'
import { listen } from '../../listen.ts'
import { patience } from '../../patience.ts'
import { decryptPush } from './decrypt-push.ts'
import { noon, openTestBox } from './open-test-box.ts'
import { openReceiver } from './receiver.ts'

const path = '/wxa/media_check_async'
const { appid, originalId } = defaultAccounts.mini

/** A host of pictures: /n.png is one, /big.png never ends, /page.html is none, /gone.png is not there. */
async function openHost() {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '', 'http://host')
    if (pathname === '/gone.png') return response.writeHead(403).end()
    response.setHeader('Content-Type', pathname.endsWith('.html') ? 'text/html' : 'image/png')
    if (pathname !== '/big.png') return response.end('picture')
    const pour = () => {
      while (!response.destroyed && response.write(Buffer.alloc(65_536)));
    }
    response.on('drain', pour)
    return pour()
  })
  return listen(server)
}

async function openChecks(options: WeChatOptions = {}) {
  const [host, receiver] = await Promise.all([openHost(), openReceiver()])
  const callback = { mode: 'plain' as const, ...options.callback, url: receiver.url }
  const box = await openTestBox({ verdictDelayMs: 0, ...options, callback })
  const person = await box.person()
  const login = () => box.control(`/people/${person.id}/login`, {})
  await login()
  const token = await box.token('mini')
  const good = {
    media_url: `${host}/1.png?X-Amz-Signature=s`,
    media_type: 2,
    version: 2,
    scene: 4,
    openid: person.miniOpenid,
  }
  const ask = async (more: object = {}) => (await box.post(`${path}?access_token=${token}`, { ...good, ...more })).json
  const checks = async () => field(await box.control('/media-checks'), 'checks')
  return { ...box, host, receiver, person, login, good, ask, checks, asked: token }
}

const refused = (errcode: number) => ({ errcode, errmsg: expect.stringMatching(/ rid: [0-9a-f-]{26}$/) })

describe('a check', () => {
  test('is taken at once, and its verdict pushed to the mini program as JSON', async () => {
    const { ask, receiver, person, checks, host } = await openChecks()
    const taken = await ask()
    const trace_id = textField(taken, 'trace_id')
    expect(taken).toEqual({
      errcode: 0,
      errmsg: 'ok',
      trace_id: expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{8}){2}$/),
    })
    await receiver.until(1)
    const [push] = receiver.received
    expect(JSON.parse(push?.body ?? '')).toEqual({
      ToUserName: originalId,
      FromUserName: person.miniOpenid,
      CreateTime: noon / 1000,
      MsgType: 'event',
      Event: 'wxa_media_check',
      appid,
      trace_id,
      version: 2,
      detail: [{ strategy: 'content_model', errcode: 0, suggest: 'pass', label: 100, prob: 90 }],
      errcode: 0,
      errmsg: 'ok',
      result: { suggest: 'pass', label: 100 },
    })
    expect(push?.query.get('openid')).toBe(person.miniOpenid)
    const about = { traceId: trace_id, person: person.id, openid: person.miniOpenid, scene: 4, at: noon }
    const download = { bytes: 7, type: 'image/png' }
    // Without its query: that is signed, and the ground truth is for everybody's eyes.
    expect(await checks()).toEqual([{ ...about, address: `${host}/1.png`, outcome: 'pass', download }])
  })

  test('can be pushed as XML, with one element of detail', async () => {
    const { ask, receiver } = await openChecks({ miniCallback: { format: 'xml' } })
    await ask()
    await receiver.until(1)
    const { body = '' } = receiver.received[0] ?? {}
    expect(body).toContain('<Event><![CDATA[wxa_media_check]]></Event>')
    expect(body).toMatch(/<detail><strategy><!\[CDATA\[content_model\]\]><\/strategy><errcode>0<\/errcode>.*<\/detail>/)
    expect(body).toContain('<result><suggest><![CDATA[pass]]></suggest><label>100</label></result></xml>')
  })

  test.each(['secure', 'compatible'] as const)("in %s mode ends in the mini program's own appid", async mode => {
    const { ask, receiver } = await openChecks({ callback: { mode } })
    await ask()
    await receiver.until(1)
    const { body = '', query = new URLSearchParams() } = receiver.received[0] ?? {}
    const envelope: unknown = JSON.parse(body)
    const sealed = textField(envelope, 'Encrypt')
    const pushed = decryptPush(sealed)
    expect(pushed.appid).toBe(appid)
    expect(field(JSON.parse(pushed.message), 'Event')).toBe('wxa_media_check')
    const parts = [query.get('timestamp') ?? '', query.get('nonce') ?? '']
    expect(query.get('msg_signature')).toBe(sign(defaultCallback.token, ...parts, sealed))
    const plain = mode === 'secure' ? { ToUserName: originalId } : JSON.parse(pushed.message)
    expect(envelope).toEqual({ ...plain, Encrypt: sealed })
  })

  test('comes to what the script says, in its order', async () => {
    const { ask, control, receiver, host } = await openChecks()
    await control('/media-checks', [{ outcome: 'risky' }, { outcome: 'review' }, { outcome: 'unreadable' }])
    for (const n of [1, 2, 3, 4]) {
      await ask({ media_url: `${host}/${n}.png` })
      await receiver.until(n)
    }
    const said = receiver.received.map(({ body }) => JSON.parse(body))
    expect(said.map(it => it.result?.suggest)).toEqual(['risky', 'review', undefined, 'pass'])
    expect(said.map(it => it.errcode)).toEqual([0, 0, -1008, 0])
  })

  test('that goes missing is never told of; a late one waits for its time, or for its release', async () => {
    const { ask, control, receiver, host, checks } = await openChecks()
    await control('/media-checks', [{ outcome: 'missing' }, { outcome: 'pass', afterMs: 7_200_000 }])
    await ask()
    await ask({ media_url: `${host}/2.png` })
    await control('/callback', { app: 'mini', hold: true })
    await ask({ media_url: `${host}/3.png` })
    await vi.waitFor(async () => {
      const held = field(await control('/callbacks?app=mini'), 'held')
      if (!Array.isArray(held) || held.length < 1) throw new Error('not yet')
    }, patience)
    expect(receiver.received).toEqual([])
    expect(await control('/callback/release', { app: 'mini' })).toEqual({ released: 1, held: 0 })
    expect(receiver.received).toHaveLength(1)
    expect(await checks()).toMatchObject([{ outcome: 'missing' }, { outcome: 'pass' }, { outcome: 'pass' }])
  })

  test.each([
    ['gone.png', 'status 403'],
    ['page.html', 'not of an image type'],
    ['big.png', 'more than 10 MB'],
  ])('of %s ends with -1008: %s', async (name, problem) => {
    const { ask, receiver, host, checks } = await openChecks()
    await ask({ media_url: `${host}/${name}` })
    await receiver.until(1)
    expect(JSON.parse(receiver.received[0]?.body ?? '')).toMatchObject({ errcode: -1008 })
    expect(await checks()).toMatchObject([{ outcome: 'unreadable', download: { problem } }])
  })

  test('where nobody listens ends with -1008', async () => {
    const { ask, receiver } = await openChecks()
    await ask({ media_url: 'http://127.0.0.1:1/x.png' })
    await receiver.until(1)
    expect(JSON.parse(receiver.received[0]?.body ?? '')).toMatchObject({ errcode: -1008 })
  })
})

describe('what is refused', () => {
  test.each([
    ['sound', { media_type: 1 }, 40004],
    ['a scene that is none', { scene: 5 }, 40129],
    ['an openid that is none', { openid: 'o' }, 40003],
    ['no address', { media_url: '' }, 47001],
    ['an address of another kind', { media_url: 'file:///etc/passwd' }, 47001],
    ['an old version', { version: 1 }, 47001],
    ['a type as text', { media_type: '2' }, 47001],
  ])('%s', async (_what, more, errcode) => {
    expect(await (await openChecks()).ask(more)).toEqual(refused(errcode))
  })

  test('no body, no JSON, a foreign token, the Official Account', async () => {
    const { post, token, good, asked } = await openChecks()
    const at = (accessToken: string) => `${path}?access_token=${accessToken}`
    expect((await post(at(asked), '')).json).toEqual(refused(44002))
    expect((await post(at(asked), 'media_url=x')).json).toEqual(refused(47001))
    expect((await post(at('83_nobody'), good)).json).toEqual(refused(40001))
    expect((await post(at(await token('official')), good)).json).toEqual(refused(48001))
  })

  test('an openid two hours after its last login, until it logs in again', async () => {
    const { post, token, good, host, tick, login } = await openChecks()
    const askLater = async (n: number) =>
      (await post(`${path}?access_token=${await token('mini')}`, { ...good, media_url: `${host}/${n}.png` })).json
    tick(7_200_000)
    expect(await askLater(2)).toMatchObject({ errcode: 0 })
    tick(1)
    expect(await askLater(3)).toEqual(refused(61010))
    await login()
    expect(await askLater(3)).toMatchObject({ errcode: 0 })
  })

  test('the same address again, for an hour', async () => {
    const { ask, tick } = await openChecks()
    expect(await ask()).toMatchObject({ errcode: 0 })
    expect(await ask()).toEqual(refused(87020))
    tick(3_600_000)
    expect(await ask()).toMatchObject({ errcode: 0 })
  })

  test('more than the minute or the day takes', async () => {
    const { ask, control, tick, host } = await openChecks()
    await control('/quota', { app: 'mini', path, minute: 1 })
    expect(await ask()).toMatchObject({ errcode: 0 })
    expect(await ask({ media_url: `${host}/2.png` })).toEqual(refused(44991))
    tick(60_000)
    await control('/quota', { app: 'mini', path, day: 5, used: 5 })
    expect(await ask({ media_url: `${host}/2.png` })).toEqual({ errcode: 45009, errmsg: expect.any(String) })
  })
})

test("the mini program's push is set apart from the Official Account's", async () => {
  const { control, post, receiver, person } = await openChecks()
  expect(await control('/callback', { app: 'mini', url: null })).toMatchObject({ format: 'json' })
  await control(`/people/${person.id}/follow`, {})
  await receiver.until(1)
  expect(receiver.received[0]?.body).toContain('subscribe')
  expect((await post('/_box/callback', { format: 'json' })).status).toBe(400)
  expect((await post('/_box/callback', { app: 'third' })).status).toBe(400)
  expect((await post('/_box/media-checks', { outcome: 'great' })).status).toBe(400)
})

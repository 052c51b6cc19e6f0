import { describe, expect, test, vi } from 'vitest'
import { defaultAccounts, defaultCallback } from '../../../local/wechat/defaults.ts'
import { field } from '../../../local/wechat/json.ts'
import type { WeChatOptions } from '../../../local/wechat/server.ts'
import { sign } from '../../../local/wechat/signature.ts'
import { patience } from '../../patience.ts'
import { decryptPush } from './decrypt-push.ts'
import { goodData, noon, openTestBox, type TestBox, template } from './open-test-box.ts'
import { openReceiver, type Reaction, type Received } from './receiver.ts'

const { originalId, appid } = defaultAccounts.official

async function openPushing(options: WeChatOptions & { reactions?: Reaction[] } = {}) {
  const { reactions = [], ...rest } = options
  const receiver = await openReceiver(...reactions)
  const box = await openTestBox({ ...rest, callback: { mode: 'plain', ...rest.callback, url: receiver.url } })
  return { box, receiver, person: await box.person() }
}

const follow = (box: TestBox, id: number) => box.control(`/people/${id}/follow`, {})

async function settledDeliveries(box: TestBox, count: number): Promise<unknown[]> {
  return vi.waitFor(async () => {
    const deliveries = field(await box.control('/callbacks'), 'deliveries')
    if (!Array.isArray(deliveries) || deliveries.length < count) throw new Error('not yet')
    return deliveries
  }, patience)
}

function subscribed(openid: string): string {
  const names = `<ToUserName><![CDATA[${originalId}]]></ToUserName><FromUserName><![CDATA[${openid}]]></FromUserName>`
  const event =
    '<MsgType><![CDATA[event]]></MsgType><Event><![CDATA[subscribe]]></Event><EventKey><![CDATA[]]></EventKey>'
  return `<xml>${names}<CreateTime>${noon / 1000}</CreateTime>${event}</xml>`
}

function signatureOf({ query }: Received, ...more: string[]): string {
  return sign(defaultCallback.token, query.get('timestamp') ?? '', query.get('nonce') ?? '', ...more)
}

describe('a callback', () => {
  test('in plain mode is signed XML', async () => {
    const { box, receiver, person } = await openPushing()
    await follow(box, person.id)
    await receiver.until(1)
    const [message] = receiver.received
    expect(message?.body).toBe(subscribed(person.openid))
    expect(message?.query.get('signature')).toBe(message && signatureOf(message))
    expect(Object.fromEntries(message?.query ?? [])).toEqual({
      signature: expect.any(String),
      timestamp: String(noon / 1000),
      nonce: expect.stringMatching(/^\d+$/),
      openid: person.openid,
    })
  })

  test.each(['secure', 'compatible'] as const)('in %s mode is encrypted', async mode => {
    const { box, receiver, person } = await openPushing({ callback: { mode } })
    await follow(box, person.id)
    await receiver.until(1)
    const { body = '', query } = receiver.received[0] ?? {}
    const ciphertext = /<Encrypt><!\[CDATA\[(.*)\]\]><\/Encrypt>/.exec(body)?.[1] ?? ''
    const plain = subscribed(person.openid)
    expect(decryptPush(ciphertext)).toEqual({ length: expect.any(Number), message: plain, appid })
    expect(decryptPush(ciphertext).length % 32).toBe(0)
    expect(query?.get('encrypt_type')).toBe('aes')
    expect(query?.get('msg_signature')).toBe(signatureOf(receiver.received[0] ?? expect.fail(), ciphertext))
    const encrypted = `<Encrypt><![CDATA[${ciphertext}]]></Encrypt></xml>`
    const name = `<xml><ToUserName><![CDATA[${originalId}]]></ToUserName>`
    expect(body).toBe(mode === 'secure' ? `${name}${encrypted}` : plain.replace('</xml>', encrypted))
  })

  test("is signed by the wall clock and tells the box's time", async () => {
    const { box, receiver, person } = await openPushing()
    await box.control('/clock', { advance: 86_400_000 })
    await follow(box, person.id)
    await receiver.until(1)
    expect(receiver.received[0]?.query.get('timestamp')).toBe(String(noon / 1000))
    expect(receiver.received[0]?.body).toContain(`<CreateTime>${noon / 1000 + 86_400}</CreateTime>`)
  })

  test('comes three times when the answer is wrong, and every delivery is on record', async () => {
    const reactions: Reaction[] = [{ status: 500, body: 'success' }, { body: 'failed' }, 'never', { body: '' }]
    const { box, receiver, person } = await openPushing({ reactions, callbackTimeoutMs: 3_000 })
    await follow(box, person.id)
    const deliveries = await settledDeliveries(box, 3)
    const about = { id: 'e1', event: 'subscribe', openid: person.openid, at: noon }
    expect(deliveries).toEqual([
      { ...about, attempt: 1, outcome: 'refused', status: 500, body: 'success' },
      { ...about, attempt: 2, outcome: 'refused', status: 200, body: 'failed' },
      { ...about, attempt: 3, outcome: 'timeout' },
    ])
    await box.control(`/people/${person.id}/unfollow`, {})
    expect((await settledDeliveries(box, 4)).at(-1)).toMatchObject({
      id: 'e2',
      attempt: 1,
      outcome: 'accepted',
      body: '',
    })
    expect(receiver.received).toHaveLength(4)
  })

  test('without anybody at the URL is unreachable', async () => {
    const { box, person } = await openPushing()
    await box.control('/callback', { url: 'http://127.0.0.1:1/' })
    await follow(box, person.id)
    expect(await settledDeliveries(box, 3)).toMatchObject(Array(3).fill({ outcome: 'unreachable' }))
  })
})

describe('MarkFail', () => {
  const outcomes = async (box: TestBox, count: number) =>
    (await settledDeliveries(box, count)).map(it => `${field(it, 'id')} ${field(it, 'outcome')}`)

  test('keeps everything from the URL for a minute, and what came meanwhile is gone', async () => {
    const { box, receiver, person } = await openPushing()
    expect(await box.control('/callback/mark-fail', {})).toMatchObject({ markedUntil: noon + 60_000 })
    await follow(box, person.id)
    expect(await outcomes(box, 1)).toEqual(['e1 dropped'])
    box.tick(59_999)
    await follow(box, person.id)
    expect(await outcomes(box, 2)).toEqual(['e1 dropped', 'e2 dropped'])
    box.tick(1)
    await follow(box, person.id)
    expect(await outcomes(box, 3)).toEqual(['e1 dropped', 'e2 dropped', 'e3 accepted'])
    expect(receiver.received).toHaveLength(1)
    expect(await box.control('')).toMatchObject({ callback: { markedUntil: null } })
  })

  test('comes by itself after so many events that failed three times each', async () => {
    const bad = { status: 500 }
    const { box, person } = await openPushing({ reactions: [bad, bad, bad, {}, ...Array(6).fill(bad)] })
    await box.control('/callback', { markFailAfter: 2 })
    for (const [count, last] of [3, 4, 7, 10].entries()) {
      await follow(box, person.id)
      expect(await outcomes(box, last), `event ${count + 1}`).toHaveLength(last)
    }
    await follow(box, person.id)
    expect((await outcomes(box, 11)).slice(-2)).toEqual(['e4 refused', 'e5 dropped'])
  })

  test('never comes by itself unless that is asked for, and not to another URL', async () => {
    const { box, receiver, person } = await openPushing({ reactions: Array(30).fill({ status: 500 }) })
    for (let event = 1; event <= 10; event += 1) await follow(box, person.id)
    expect((await outcomes(box, 30)).filter(it => !it.endsWith('refused'))).toEqual([])
    await box.control('/callback/mark-fail', {})
    await box.control('/callback', { url: `${receiver.url}?new` })
    await follow(box, person.id)
    expect((await outcomes(box, 31)).at(-1)).toBe('e11 accepted')
  })
})

describe('events on demand', () => {
  test('are held, then released out of order and twice', async () => {
    const { box, receiver, person } = await openPushing()
    await box.control('/callback', { hold: true })
    await follow(box, person.id)
    await box.control(`/people/${person.id}/unfollow`, {})
    expect(field(await box.control('/callbacks'), 'held')).toMatchObject([{ id: 'e1' }, { id: 'e2' }])
    expect(receiver.received).toEqual([])
    expect(await box.control('/callback/release', { order: ['e2', 'e1', 'e2'] })).toEqual({ released: 3, held: 0 })
    const events = receiver.received.map(({ body }) => /<Event><!\[CDATA\[(\w+)/.exec(body)?.[1])
    expect(events).toEqual(['unsubscribe', 'subscribe', 'unsubscribe'])
  })

  test('are left out when silent or in bulk', async () => {
    const { box, receiver, person } = await openPushing()
    await box.control(`/people/${person.id}/follow`, { silent: true })
    await box.control('/people', { count: 10, following: true })
    await box.control('/people/change', { count: 5, following: false })
    await box.control(`/people/${person.id}/revoke`, { info: '8' })
    await box.control(`/people/${person.id}/cancel`, {})
    await receiver.until(2)
    const ids = `<OpenID><![CDATA[${person.openid}]]></OpenID><AppID><![CDATA[${appid}]]></AppID>`
    const unionid = `<UnionID><![CDATA[${person.unionid}]]></UnionID>`
    const bodies = receiver.received.map(({ body }) => body).sort()
    expect(bodies[0]).toContain(`<![CDATA[user_authorization_cancellation]]></Event>${ids}${unionid}</xml>`)
    expect(bodies[1]).toContain(`${ids}${unionid}<RevokeInfo><![CDATA[8]]></RevokeInfo></xml>`)
  })

  test('carry the scene of a code, and anything else by name', async () => {
    const { box, receiver, person } = await openPushing()
    await box.control(`/people/${person.id}/follow`, { scene: '42' })
    await receiver.until(1)
    expect(receiver.received[0]?.body).toMatch(/<EventKey><!\[CDATA\[qrscene_42\]\]><\/EventKey><Ticket>/)
    await box.control('/callback/send', { person: person.id, event: 'SCAN', fields: { EventKey: 'a]]>b' } })
    await receiver.until(2)
    expect(receiver.received[1]?.body).toContain('<EventKey><![CDATA[a]]]]><![CDATA[>b]]></EventKey>')
    const strange = { person: person.id, event: 'SCAN', fields: { 'a><b': '' } }
    expect((await box.post('/_box/callback/send', strange)).status).toBe(400)
  })
})

describe('an event with lists', () => {
  const choice = { TemplateId: 'VRR0', SubscribeStatusString: 'accept', PopupScene: '1' }

  test('has an element for each entry in XML', async () => {
    const { box, receiver, person } = await openPushing()
    const fields = { SubscribeMsgPopupEvent: { List: [choice, choice] } }
    await box.control('/callback/send', { person: person.id, event: 'subscribe_msg_popup_event', fields })
    await receiver.until(1)
    const texts = Object.entries(choice).map(([name, text]) => `<${name}><![CDATA[${text}]]></${name}>`)
    const entry = `<List>${texts.join('')}</List>`
    const list = `<SubscribeMsgPopupEvent>${entry}${entry}</SubscribeMsgPopupEvent></xml>`
    expect(receiver.received[0]?.body).toContain(list)
  })

  test.each([[choice], [[choice, choice]]])('is pushed as given in JSON: %j', async List => {
    const { box, receiver, person } = await openPushing()
    await box.control('/callback/send', { app: 'mini', person: person.id, event: 'x', fields: { List, version: 2 } })
    await receiver.until(1)
    expect(JSON.parse(receiver.received[0]?.body ?? '')).toMatchObject({ List, version: 2 })
  })

  test.each([[{ List: [{ 'a><b': '' }] }], [{ List: [null] }], [{ List: true }], [{ List: [] }, 200]])(
    'is judged in its depths: %j',
    async (fields, status = 400) => {
      const { box, person } = await openPushing()
      const answer = await box.post('/_box/callback/send', { person: person.id, event: 'x', fields })
      expect(answer.status).toBe(status)
    },
  )
})

describe('the receipt of a template message', () => {
  test.each([
    ['none', 'success', 1],
    ['receipt', 'failed:user block', 0],
    ['system', 'failed: system failed', 0],
  ])('with blocking "%s" is "%s"', async (how, status, onPhone) => {
    const { box, receiver } = await openPushing()
    const { id, openid } = await box.person({ following: true })
    await box.control(`/people/${id}/block`, { how })
    const body = { touser: openid, template_id: template.templateId, data: goodData }
    const { text } = await box.post(`/cgi-bin/message/template/send?access_token=${await box.token()}`, body)
    await receiver.until(1)
    const msgid = /"msgid":(\d+)/.exec(text)?.[1]
    const finish = `<![CDATA[TEMPLATESENDJOBFINISH]]></Event><MsgID>${msgid}</MsgID><Status><![CDATA[${status}]]></Status></xml>`
    expect(receiver.received[0]?.body).toContain(finish)
    expect(receiver.received[0]?.query.get('openid')).toBe(openid)
    expect(box.box.messages()).toHaveLength(onPhone)
  })
})

describe('the handshake of the console', () => {
  test('wants the echostr and nothing else', async () => {
    const echo = ({ query }: Received) => query.get('echostr') ?? ''
    const reactions: Reaction[] = [echo, message => `"${echo(message)}"`]
    const { box, receiver } = await openPushing({ reactions, callback: { mode: 'secure' } })
    expect(await box.control('/callback/verify', {})).toMatchObject({ verified: true, status: 200 })
    const [shake] = receiver.received
    expect(shake?.method).toBe('GET')
    expect(shake?.query.get('signature')).toBe(shake && signatureOf(shake))
    expect(await box.control('/callback/verify', {})).toMatchObject({ verified: false, outcome: 'refused' })
  })
})

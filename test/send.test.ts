import { describe, expect, it } from 'vitest'
import type { Address } from '../lib/identifiers.ts'
import { isAppId } from '../lib/identifiers.ts'
import { joinReceipts } from '../lib/receipts.ts'
import { type SendDeps, sendBatch } from '../lib/send.ts'
import { clientMsgIdOf } from '../lib/send-message.ts'
import type { Arrival } from '../lib/send-outcome.ts'
import { defaultAccounts } from '../local/wechat/defaults.ts'
import type { WeChatOptions } from '../local/wechat/server.ts'
import { id, miniAppid } from './ids.ts'
import { openWorld, orderPaid, type Person } from './world.ts'

const path = '/cgi-bin/message/template/send'
const data = { character_string1: '20261122-0001', amount2: '¥88.00', time3: '2026-11-22 09:30' }
const { appid } = defaultAccounts.mini

async function openSend(options: WeChatOptions = {}) {
  const world = await openWorld(options)
  const { links, deliveries, now, random, log } = world
  const queue = {
    aside: [] as string[],
    again: [] as { event: Pick<Arrival, 'body' | 'attempts' | 'doubtSince'>; seconds: number }[],
    later: [] as number[],
  }
  const deps: SendDeps = {
    ...world.app('official'),
    links,
    deliveries,
    now,
    random,
    log,
    miniAppid: isAppId(appid) ? appid : miniAppid,
    templates: { 'order-paid': orderPaid },
    events: {
      setAside: async (_body, reason) => void queue.aside.push(reason),
      pushAgain: async ({ body, attempts, doubtSince }, seconds) =>
        void queue.again.push({ event: { body, attempts, ...(doubtSince && { doubtSince }) }, seconds }),
      comeAgain: async (_handle, seconds) => void queue.later.push(seconds),
    },
  }
  const follower = async (more: object = {}) => {
    const who = await world.person({ following: true, ...more })
    const at = Math.floor(now() / 1000)
    const unionid = who.unionid === undefined ? {} : { unionid: who.unionid }
    await links.writeFollower({ openid: who.openid, ...unionid, following: true, followedAt: at, at }, undefined)
    await links.writeLogin({ miniOpenid: who.miniOpenid, ...unionid }, now())
    return who
  }
  const send = (arrivals: Arrival[], more: Partial<SendDeps> = {}) =>
    sendBatch(arrivals, { ...deps, ...more }, { until: Number.POSITIVE_INFINITY })
  const stateOf = async (event: string) => (await deliveries.read([event])).get(event)
  return { ...world, deps, queue, follower, send, stateOf, phone: () => world.box.messages() }
}

function arrival(body: string | object, more: Partial<Arrival> = {}): Arrival {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  return { body: text, receiptHandle: 'handle', attempts: 1, ...more }
}

const event = (name: string, to: Address, more: object = {}) => ({
  id: name,
  to,
  template: 'order-paid',
  data,
  ...more,
})
const toUnion = (who: Person) => ({ unionid: who.unionid ?? id('none') })

describe('sendBatch', () => {
  it('reaches the same phone by unionid, miniOpenid and openid, with the fields, the page and the link', async () => {
    const { follower, send, phone, stateOf } = await openSend()
    const who = await follower()
    const addresses = [toUnion(who), { miniOpenid: who.miniOpenid }, { openid: who.openid }]
    const more = { page: 'pages/order/detail?id=1', url: 'https://shop.example.com/1' }
    expect(await send(addresses.map((to, index) => arrival(event(`order-${index}`, to, more))))).toEqual([])
    expect(phone().map(it => it.openid)).toEqual(Array(3).fill(who.openid))
    expect(phone()[0]).toMatchObject({
      templateId: orderPaid.templateId,
      data,
      url: more.url,
      miniprogram: { appid, pagepath: more.page },
      clientMsgId: clientMsgIdOf('order-0'),
    })
    expect(await stateOf('order-0')).toEqual({
      id: 'order-0',
      state: 'accepted',
      msgid: phone()[0]?.msgid,
      attempts: 1,
      at: expect.stringMatching(/^2026-11-22T04:/),
    })
  })

  it('makes one message of one id, pushed three times in one batch and again later', async () => {
    const { follower, send, phone, calls, tick } = await openSend()
    const one = arrival(event('order-1', toUnion(await follower())))
    await send([one, { ...one }, { ...one }])
    tick(3_600_000)
    await send([one])
    expect(phone()).toHaveLength(1)
    expect(await calls(path)).toBe(1)
  })

  it('makes one message when two processes have the same event at once', async () => {
    const { follower, send, phone } = await openSend()
    const one = arrival(event('order-1', toUnion(await follower())))
    await Promise.all([send([one]), send([one])])
    expect(phone()).toHaveLength(1)
  })

  it('makes one message when a process is killed between the send and the done mark', async () => {
    const { follower, send, phone, deps, stateOf, tick } = await openSend()
    const one = arrival(event('order-1', toUnion(await follower())))
    const killed = { ...deps.deliveries, record: async () => Promise.reject(new Error('killed')) }
    expect(await send([one], { deliveries: killed })).toEqual([one])
    tick(360_000)
    expect(await send([{ ...one, attempts: 2, doubtSince: deps.now() - 360_000 }])).toEqual([])
    expect(phone()).toHaveLength(1)
    expect(await stateOf('order-1')).toMatchObject({ state: 'accepted', msgid: phone()[0]?.msgid })
  })

  it('lays the bad events aside by name and sends the good ones beside them', async () => {
    const { follower, send, phone, queue, stateOf } = await openSend()
    const who = await follower()
    const good = event('good', toUnion(who))
    const bad = [
      'no json at all',
      event('two', { ...toUnion(who), openid: who.openid }),
      { ...event('types', toUnion(who)), data: 7 },
      { ...event('unknown', toUnion(who)), template: 'nope' },
    ]
    expect(await send([...bad, good].map(it => arrival(it)))).toEqual([])
    expect(phone().map(it => it.data)).toEqual([data])
    expect(queue.aside.sort()).toEqual(
      [
        expect.stringMatching(/^rejected: data/),
        'rejected: not JSON',
        'rejected: template is not in the list of this stage in templates.json',
        'rejected: to must have exactly one of unionid, miniOpenid, openid',
      ].sort(),
    )
    const found = await Promise.all(['two', 'types', 'unknown', 'good'].map(stateOf))
    expect(found.map(it => it?.state)).toEqual(['rejected', 'rejected', 'rejected', 'accepted'])
  })

  it('drops what has nobody to go to, and says why, without a call', async () => {
    const { follower, send, calls, stateOf, person, links, now } = await openSend()
    const left = await follower()
    const [row] = (await links.followers([left.openid])).values()
    await links.writeFollower(
      { openid: left.openid, unionid: left.unionid ?? id('none'), following: false, at: 2 * now() },
      row,
    )
    const bare = await person({ unionid: false })
    await links.writeLogin({ miniOpenid: bare.miniOpenid }, now())
    await send([
      arrival(event('left', toUnion(left))),
      arrival(event('bare', { miniOpenid: bare.miniOpenid })),
      arrival(event('stranger', { openid: id('oStranger') })),
      arrival(event('late', toUnion(await follower()), { expiresAt: '2026-11-22T03:59:59Z' })),
    ])
    const found = await Promise.all(['left', 'bare', 'stranger', 'late'].map(stateOf))
    expect(found.map(it => [it?.state, it?.reason])).toEqual([
      ['dropped', 'not-following'],
      ['dropped', 'no-unionid'],
      ['dropped', 'unknown'],
      ['dropped', 'expired'],
    ])
    expect(await calls(path)).toBe(0)
  })

  it.each([
    [43004, 'dropped'],
    [43019, 'dropped'],
    [43101, 'dropped'],
    [40003, 'dropped'],
    [40037, 'rejected'],
    [47003, 'rejected'],
    [40165, 'rejected'],
  ])('ends %i in %s, with errcode and rid', async (errcode, state) => {
    const { follower, send, control, queue, stateOf } = await openSend()
    const who = await follower()
    await control('/faults', { path, kind: 'errcode', errcode })
    expect(await send([arrival(event('order-1', toUnion(who)))])).toEqual([])
    expect(await stateOf('order-1')).toMatchObject({ state, errcode, rid: expect.stringMatching(/^[0-9a-f-]{26}$/) })
    expect(queue.aside).toHaveLength(state === 'rejected' ? 1 : 0)
  })

  it('parks at the end of the day quota, loses nothing, calls nobody meanwhile, and sends after the reset', async () => {
    const { follower, send, control, queue, phone, stateOf, tick, calls } = await openSend()
    const who = await follower()
    await control('/quota', { app: 'official', path, day: 100, used: 100 })
    expect(await send([arrival(event('order-1', toUnion(who)))])).toEqual([])
    expect(await stateOf('order-1')).toMatchObject({ state: 'parked', errcode: 45009 })
    expect(queue.again).toMatchObject([{ seconds: 900, event: { attempts: 1 } }])
    const before = await calls(path)
    tick(3 * 3_600_000)
    expect(await send([arrival(queue.again[0]?.event.body ?? '', { attempts: 2 })])).toEqual([])
    expect(await calls(path)).toBe(before)
    expect(queue.again).toHaveLength(2)
    tick(9 * 3_600_000)
    expect(await send([arrival(queue.again[1]?.event.body ?? '', { attempts: 3 })])).toEqual([])
    expect(phone()).toHaveLength(1)
    expect(await stateOf('order-1')).toMatchObject({ state: 'accepted', attempts: 3 })
  })

  it.each([
    ['the minute is over', { kind: 'errcode', errcode: 45011 }, 60],
    ['somebody has mended the deployment', { kind: 'errcode', errcode: 48001 }, 300],
  ])('comes again when %s, with nothing recorded', async (_what, fault, seconds) => {
    const { follower, send, control, queue, phone, stateOf } = await openSend()
    const who = await follower()
    await control('/faults', { path, ...fault })
    const one = arrival(event('order-1', toUnion(who)))
    expect(await send([one])).toEqual([])
    expect(queue.again).toEqual([{ event: { body: one.body, attempts: 1 }, seconds }])
    expect([await stateOf('order-1'), phone().length]).toEqual([undefined, 0])
  })

  it.each([
    ['-1 though sent', { kind: 'errcode', errcode: -1, processed: true }],
    ['-1, not sent', { kind: 'errcode', errcode: -1, processed: false }],
    ['reset after the send', { kind: 'reset-after' }],
    ['reset before the send', { kind: 'reset-before' }],
    ['502', { kind: 'status', status: 502 }],
    ['an empty answer', { kind: 'empty-200' }],
    ['half an answer', { kind: 'truncated' }],
  ])('sends once in the end after %s', async (_what, fault) => {
    const { follower, send, control, queue, phone, stateOf, tick } = await openSend()
    const one = arrival(event('order-1', toUnion(await follower())))
    await control('/faults', { path, times: 2, ...fault })
    let attempts = 1
    while ((await send([{ ...one, attempts }])).length > 0 && attempts < 5) {
      attempts += 1
      tick(30_000)
    }
    expect(phone()).toHaveLength(1)
    expect(queue.later.every(it => it >= 20 && it < 40)).toBe(true)
    expect(await stateOf('order-1')).toMatchObject({ state: 'accepted' })
  })

  it('does not try again once WeChat has forgotten the id: nobody knows what the earlier try did', async () => {
    const { follower, send, queue, phone, stateOf, now } = await openSend()
    const one = arrival(event('order-1', toUnion(await follower())), { attempts: 3, doubtSince: now() - 600_000 })
    expect(await send([one])).toEqual([])
    expect(await stateOf('order-1')).toMatchObject({ state: 'in-doubt' })
    expect(queue.aside).toEqual([expect.stringMatching(/^in-doubt/)])
    expect(phone()).toEqual([])
  })

  it('carries the doubt along when a later try is surely not sent', async () => {
    const { follower, send, control, queue, phone, stateOf, tick, now } = await openSend()
    const one = arrival(event('order-1', toUnion(await follower())))
    const doubtSince = now()
    await control('/faults', [{ path, kind: 'reset-after', times: 2 }])
    expect(await send([one])).toEqual([one])
    tick(30_000)
    await control('/faults', [{ path, kind: 'errcode', errcode: 48001 }])
    expect(await send([{ ...one, attempts: 2, doubtSince }])).toEqual([])
    tick(600_000)
    const [again] = queue.again
    expect(await send([{ ...one, ...again?.event }])).toEqual([])
    expect(phone()).toHaveLength(1)
    expect(await stateOf('order-1')).toMatchObject({ state: 'in-doubt' })
  })

  it('puts off what it cannot begin before its deadline, as a new message', async () => {
    const { deps, follower, phone, queue } = await openSend()
    const one = arrival(event('order-1', toUnion(await follower())))
    expect(await sendBatch([one], deps, { until: 0 })).toEqual([])
    expect(queue.again).toEqual([{ event: { body: one.body, attempts: 1 }, seconds: 30 }])
    expect(phone()).toEqual([])
  })

  it('puts the batch off while the tables do not answer: nothing was sent, so nothing is in doubt', async () => {
    const { deps, follower, send, phone, queue } = await openSend()
    const one = arrival(event('order-1', toUnion(await follower())))
    const away = { ...deps.links, resolve: async () => Promise.reject(new Error('away')) }
    expect(await send([one], { links: away })).toEqual([])
    expect(queue.again).toEqual([{ event: { body: one.body, attempts: 1 }, seconds: 30 }])
    expect(phone()).toEqual([])
  })

  it('is not in doubt when it got no token: the message itself never left', async () => {
    const { follower, send, control, queue, calls } = await openSend()
    const one = arrival(event('order-1', toUnion(await follower())))
    await control('/faults', { path: '/cgi-bin/stable_token', kind: 'errcode', errcode: -1 })
    expect(await send([one])).toEqual([])
    expect(queue.again).toMatchObject([{ event: { body: one.body, attempts: 1 } }])
    expect(await calls(path)).toBe(0)
  })
})

describe('joinReceipts', () => {
  const receipt = (msgid: string, status: string, receives = 1) => ({
    receipt: { msgid, status, at: 1_767_225_600 },
    receives,
    receiptHandle: 'handle',
  })

  it.each([
    ['success', 'delivered', undefined],
    ['failed:user block', 'blocked', 'user block'],
    ['failed: system failed', 'failed', 'system failed'],
  ])('turns an accepted delivery by "%s" into %s', async (status, state, reason) => {
    const { follower, send, phone, stateOf, deliveries, log, queue } = await openSend()
    await send([arrival(event('order-1', toUnion(await follower())))])
    const consumed = { comeAgain: async (_handle: string, seconds: number) => void queue.later.push(seconds) }
    expect(
      await joinReceipts([receipt(phone()[0]?.msgid ?? '', status)], { deliveries, queue: consumed, log }),
    ).toEqual([])
    expect(await stateOf('order-1')).toMatchObject({ state, ...(reason && { reason }), at: '2026-01-01T00:00:00.000Z' })
  })

  it('waits, ever longer, for a done mark that it has overtaken, and in the end takes the message for another system’s', async () => {
    const { deliveries, log, queue, lines } = await openSend()
    const consumed = { comeAgain: async (_handle: string, seconds: number) => void queue.later.push(seconds) }
    const early = [1, 2, 3, 9].map(receives => receipt('77', 'success', receives))
    expect(await joinReceipts(early, { deliveries, queue: consumed, log })).toEqual(early)
    expect(queue.later).toEqual([1, 2, 4, 60])
    expect(await joinReceipts([receipt('77', 'success', 15)], { deliveries, queue: consumed, log })).toEqual([])
    expect(lines.map(it => it.event)).toContain('receipts.foreign')
  })
})

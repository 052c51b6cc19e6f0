import { describe, expect, it } from 'vitest'
import { appids } from '../../kit/app.ts'
import type { Delivery } from '../../lib/send/delivery.ts'
import { clientMsgIdOf } from '../../lib/send/kinds/template-message.ts'
import { sendBatch } from '../../lib/send/send.ts'
import { id, miniAppid } from '../ids.ts'
import { orderPaid } from '../world.ts'
import { appid, arrival, data, event, openSend, path, pushedAt, stageOf, toUnion } from './send-world.ts'

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
      official: appids.official,
      msgid: phone()[0]?.msgid,
      attempts: 1,
      at: expect.stringMatching(/^2026-11-22T04:/),
    })
  })

  it('makes one message of one id, pushed three times in one batch and again later', async () => {
    const { send, phone, calls, tick, one } = await openSend()
    await send([one, { ...one }, { ...one }])
    tick(3_600_000)
    await send([one])
    expect(phone()).toHaveLength(1)
    expect(await calls(path)).toBe(1)
  })

  it('makes one message when two processes have the same event at once', async () => {
    const { send, phone, one } = await openSend()
    await Promise.all([send([one]), send([one])])
    expect(phone()).toHaveLength(1)
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
        expect.stringMatching(/^dead-letter: rejected: data/),
        'dead-letter: rejected: not JSON',
        'dead-letter: rejected: template is not in the list of this stage and account in templates.json',
        'dead-letter: rejected: to must have exactly one of unionid, miniOpenid, openid',
      ].sort(),
    )
    const found = await Promise.all(['two', 'types', 'unknown', 'good'].map(stateOf))
    expect(found.map(it => it?.state)).toEqual(['rejected', 'rejected', 'rejected', 'accepted'])
  })

  it('drops what has nobody to go to, and says why, without a call', async () => {
    const { follower, send, calls, stateOf, person, links, now, tick } = await openSend()
    const left = await follower()
    const [row] = (await links.followers([left.openid])).values()
    await links.writeFollower(
      { openid: left.openid, unionid: left.unionid ?? id('none'), following: false, at: 2 * now() },
      row,
    )
    const bare = await person({ unionid: false })
    await links.writeLogin({ mini: appids.mini, miniOpenid: bare.miniOpenid }, now())
    // Whoever follows just now has ten seconds to be linked.
    tick(10_000)
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

  // Twelve 43117 were taken for no answer: the person's events ended in doubt, and the template was kept from everybody.
  it.each([
    [43117, 900, 'waiting'],
    [40241, 60, 'waiting'],
    [43108, 10, undefined],
  ] as const)(
    'lets what WeChat refuses one person for now (%i) come again after %i s at least, and others go on',
    async (errcode, seconds, state) => {
      const { follower, send, control, queue, phone, stateOf } = await openSend()
      const [busy, other] = [await follower(), await follower()]
      await control('/faults', { path, kind: 'errcode', errcode, times: 12 })
      await send(Array.from({ length: 12 }, (_, n) => arrival(event(`busy-${n}`, toUnion(busy)))))
      await send([arrival(event('other', toUnion(other)))])
      const states = await Promise.all(Array.from({ length: 12 }, async (_, n) => (await stateOf(`busy-${n}`))?.state))
      expect(states).toEqual(Array(12).fill(state))
      expect(queue.again).toHaveLength(12)
      expect(Math.min(...queue.again.map(it => it.delaySeconds))).toBeGreaterThanOrEqual(seconds)
      expect([queue.later, phone().map(it => it.openid)]).toEqual([[], [other.openid]])
    },
  )

  it.each([
    [43004, 'dropped'],
    [43019, 'dropped'],
    [43101, 'dropped'],
    [40003, 'dropped'],
    [40037, 'rejected'],
    [47003, 'rejected'],
    [40165, 'rejected'],
  ])('ends %i in %s, with errcode and rid', async (errcode, state) => {
    const { send, control, queue, stateOf, one } = await openSend()
    await control('/faults', { path, kind: 'errcode', errcode })
    expect(await send([one])).toEqual([])
    expect(await stateOf('order-1')).toMatchObject({ state, errcode, rid: expect.stringMatching(/^[0-9a-f-]{26}$/) })
    expect(queue.aside).toHaveLength(state === 'rejected' ? 1 : 0)
  })

  it('parks at the end of the day quota, loses nothing, calls nobody meanwhile, and sends after the reset', async () => {
    const { send, control, queue, phone, stateOf, tick, calls, counted, one } = await openSend()
    await control('/quota', { app: 'official', path, day: 100, used: 100 })
    expect(await send([one])).toEqual([])
    expect(await stateOf('order-1')).toMatchObject({ state: 'parked', errcode: 45009 })
    expect(queue.parked).toEqual([{ body: one.body, attempts: 1, since: pushedAt }])
    const before = await calls(path)
    tick(3 * 3_600_000)
    expect(await send([{ ...one, attempts: 2 }])).toEqual([])
    expect(await calls(path)).toBe(before)
    expect(queue.parked).toHaveLength(2)
    tick(9 * 3_600_000)
    expect(await send([{ ...one, attempts: 3 }])).toEqual([])
    expect(phone()).toHaveLength(1)
    expect(await stateOf('order-1')).toMatchObject({ state: 'accepted', attempts: 3 })
    expect(counted.filter(it => it === 'QuotaUsedUp official')).toHaveLength(1)
  })

  it.each([
    ['the minute is over, with nothing recorded', 45011, 62, { slotAt: pushedAt + 62_000 }, undefined],
    ['somebody has mended the deployment, and says so', 48001, 150, {}, 'waiting'],
  ])('comes again when %s', async (_what, errcode, seconds, slot, state) => {
    const { send, control, queue, phone, stateOf, to } = await openSend()
    await control('/faults', { path, kind: 'errcode', errcode })
    const one = arrival(event('order-1', to))
    expect(await send([one])).toEqual([])
    const again = { body: one.body, attempts: 1, since: pushedAt, ...slot }
    expect(queue.again).toEqual([{ event: again, delaySeconds: seconds }])
    expect([(await stateOf('order-1'))?.state, phone().length]).toEqual([state, 0])
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
    const { send, control, queue, phone, stateOf, tick, one } = await openSend()
    await control('/faults', { path, times: 2, ...fault })
    let attempts = 1
    while ((await send([{ ...one, attempts }])).length > 0 && attempts < 5) {
      attempts += 1
      tick(30_000)
    }
    expect(phone()).toHaveLength(1)
    expect(queue.later.every((it, index) => it >= 5 * 2 ** index && it <= 10 * 2 ** index)).toBe(true)
    expect(await stateOf('order-1')).toMatchObject({ state: 'accepted' })
  })

  it('keeps the group of what it puts off, parks or lays aside, so that SQS goes on sharing out by it', async () => {
    const { send, control, queue, to } = await openSend()
    const group = { group: 'order-paid' }
    await control('/faults', { path, kind: 'errcode', errcode: 43117 })
    await send([arrival(event('again', to), group)])
    await control('/quota', { app: 'official', path, day: 100, used: 100 })
    await send([arrival(event('parked', to), group)])
    await send([arrival('no json', group)])
    expect(queue.again.map(it => it.event)).toEqual([expect.objectContaining(group)])
    expect(queue.parked).toEqual([expect.objectContaining(group)])
    expect(queue.asideOf).toEqual([expect.objectContaining(group)])
  })

  it('parks although neither the gate nor the delivery can be written', async () => {
    const { deps, send, control, queue, one } = await openSend()
    await control('/quota', { app: 'official', path, day: 100, used: 100 })
    const away = async () => Promise.reject(new Error('away'))
    const more = { gate: { ...deps.gate, close: away }, deliveries: { ...deps.deliveries, record: away } }
    expect(await send([one], more)).toEqual([])
    expect(queue.parked).toEqual([{ body: one.body, attempts: 1, since: pushedAt }])
  })

  it('puts off what it cannot begin before its deadline, as a new message', async () => {
    const { deps, phone, queue, one } = await openSend()
    expect(await sendBatch([one], stageOf(deps), { until: 0 })).toEqual([])
    expect(queue.again).toEqual([{ event: { body: one.body, attempts: 1, since: pushedAt }, delaySeconds: 8 }])
    expect(phone()).toEqual([])
  })

  it('puts the batch off while the tables do not answer: nothing was sent, so nothing is in doubt', async () => {
    const { deps, send, phone, queue, one } = await openSend()
    const away = { ...deps.links, resolve: async () => Promise.reject(new Error('away')) }
    expect(await send([one], { links: away })).toEqual([])
    expect(queue.again).toEqual([{ event: { body: one.body, attempts: 1, since: pushedAt }, delaySeconds: 8 }])
    expect(phone()).toEqual([])
  })

  it('calls no more after the first 45009 than what was in flight, in this batch or another process', async () => {
    const { send, control, queue, calls, to } = await openSend()
    await control('/quota', { app: 'official', path, day: 100, used: 100 })
    const many = Array.from({ length: 100 }, (_, index) => arrival(event(`order-${index}`, to)))
    expect(await send(many)).toEqual([])
    expect(queue.parked).toHaveLength(100)
    expect(await calls(path)).toBeLessThanOrEqual(50)
    const before = await calls(path)
    await send(Array.from({ length: 100 }, (_, index) => arrival(event(`later-${index}`, to))))
    expect(await calls(path)).toBe(before)
    expect(queue.parked).toHaveLength(200)
  })

  it('lets a template whose messages are refused wait for those of the others, until one is accepted', async () => {
    const { deps, send, control, phone, to } = await openSend()
    const ill = { ...orderPaid, templateId: 'x'.repeat(43) }
    const templates = { 'order-paid': orderPaid, ill }
    const mixed = (batch: string) =>
      Array.from({ length: 80 }, (_, index) =>
        arrival(event(`${batch}-${index}`, to, { template: index % 2 === 0 ? 'ill' : 'order-paid' })),
      )
    await send(mixed('first'), { templates })
    expect(deps.trouble).toEqual(new Set([ill.templateId]))
    await control('/templates', { add: [ill] })
    await send(mixed('second'), { templates })
    expect(deps.trouble).toEqual(new Set())
    const second = phone().slice(40)
    expect(second.slice(0, 40).filter(it => it.templateId === ill.templateId).length).toBeLessThanOrEqual(10)
    expect(second).toHaveLength(80)
  })

  it('keeps the reserve of the quota for urgent templates', async () => {
    const { send, queue, phone, gate, now, stateOf, to } = await openSend()
    await gate.reserve(now() + 3_600_000)
    const templates = { 'order-paid': orderPaid, urgent: { ...orderPaid, urgent: true } }
    const both = [event('usual', to), event('urgent', to, { template: 'urgent' })]
    expect(
      await send(
        both.map(it => arrival(it)),
        { templates },
      ),
    ).toEqual([])
    expect(queue.parked).toHaveLength(1)
    expect(await stateOf('usual')).toMatchObject({ state: 'parked' })
    expect(phone().map(it => it.clientMsgId)).toEqual([clientMsgIdOf('urgent')])
  })

  it('sends without the page that WeChat refuses, once, where the template says so, and records it', async () => {
    const { send, control, phone, stateOf, queue, to } = await openSend()
    await control('/pages', { pages: ['pages/other'] })
    const templates = { 'order-paid': orderPaid, lenient: { ...orderPaid, page: 'optional' as const } }
    const page = 'pages/order/detail'
    await send([arrival(event('lenient', to, { page, template: 'lenient' }))], { templates })
    await send([arrival(event('strict', to, { page }))], { templates })
    expect(phone().map(it => [it.clientMsgId, it.miniprogram])).toEqual([[clientMsgIdOf('lenient'), undefined]])
    expect(await stateOf('lenient')).toMatchObject({ state: 'accepted', errcode: 40165, reason: expect.any(String) })
    expect(await stateOf('strict')).toMatchObject({ state: 'rejected', errcode: 40165 })
    expect(queue.aside).toHaveLength(1)
  })

  it('sends without the page where WeChat does not know the mini program, be it of a hundred messages', async () => {
    const { deps, send, phone, stateOf, queue, to } = await openSend()
    const templates = { 'order-paid': orderPaid, lenient: { ...orderPaid, page: 'optional' as const } }
    const more = { page: 'pages/order/detail', template: 'lenient' }
    const many = Array.from({ length: 100 }, (_, n) => arrival(event(`order-${n}`, to, more)))
    const [mini] = deps.minis
    const other = { ...deps, templates, minis: mini === undefined ? [] : [{ ...mini, appid: miniAppid }] }
    await send(many, other)
    expect([phone().length, queue.again]).toEqual([100, []])
    expect(await stateOf('order-99')).toMatchObject({ state: 'accepted', errcode: 40013 })
    await send([arrival(event('strict', to, { page: more.page }))], other)
    expect(queue.again).toHaveLength(1)
  })

  it('takes a 40013 of the token for no refusal of the page', async () => {
    const { follower, send, control, phone, calls, queue } = await openSend()
    await control('/faults', { path: '/cgi-bin/stable_token', kind: 'errcode', errcode: 40013 })
    const templates = { 'order-paid': { ...orderPaid, page: 'optional' as const } }
    await send([arrival(event('order-1', toUnion(await follower()), { page: 'pages/a' }))], { templates })
    expect([phone(), await calls(path), queue.again.length]).toEqual([[], 0, 1])
  })

  it('has the link looked up again of whom WeChat says that they do not follow', async () => {
    const { follower, send, control, queue } = await openSend()
    const who = await follower()
    await control(`/people/${who.id}/unfollow`, { silent: true })
    await send([arrival(event('order-1', toUnion(who)))])
    expect(queue.followers).toEqual([{ change: 'follow', official: appids.official, openids: [who.openid], at: 0 }])
  })

  it('writes the marks of a hundred messages with four requests, and tells which could not be written', async () => {
    const { send, deps, phone, to } = await openSend()
    const sizes: number[] = []
    const deliveries = {
      ...deps.deliveries,
      accept: async (list: readonly Delivery[]) => {
        sizes.push(list.length)
        return new Set(list.flatMap(it => (it.id === 'order-7' ? it.id : [])))
      },
    }
    const many = Array.from({ length: 100 }, (_, index) => arrival(event(`order-${index}`, to)))
    expect(await send(many, { deliveries })).toEqual([many[7]])
    expect(sizes).toEqual([25, 25, 25, 25])
    expect(phone()).toHaveLength(100)
  })

  it('does not let a template that hangs hold up the others', async () => {
    const { send, deps, phone, to } = await openSend()
    const templates = { 'order-paid': orderPaid, hanging: { ...orderPaid, templateId: 'hangs' } }
    const released = Promise.withResolvers<void>()
    const wechat = {
      ...deps.wechat,
      sendTemplate: async (...[token, message]: Parameters<typeof deps.wechat.sendTemplate>) => {
        if (message.templateId === 'hangs') await released.promise
        return deps.wechat.sendTemplate(token, message)
      },
    }
    const names = Array.from({ length: 100 }, (_, index) => (index < 60 ? 'hanging' : 'order-paid'))
    const batch = names.map((template, index) => arrival(event(`order-${index}`, to, { template })))
    const sent = send(batch, { templates, wechat })
    await expect.poll(() => phone().length).toBe(40)
    released.resolve()
    await sent
  })

  it('alarms when an event is older than three days, and lays aside what cannot be sent for thirteen', async () => {
    const { send, control, queue, counted, now, to } = await openSend()
    await control('/faults', { path, kind: 'errcode', errcode: 48001, times: 9 })
    const days = (count: number) => ({ since: now() - count * 86_400_000 })
    await send([arrival(event('young', to), days(2))])
    expect(counted).not.toContain('EventOverdue')
    await send([arrival(event('late', to), days(4)), arrival(event('given-up', to), days(14))])
    expect(counted).toContain('EventOverdue')
    expect(queue.aside).toEqual(['dead-letter: overdue: config: 48001'])
    expect(queue.again.map(it => it.delaySeconds)).toEqual([150, 150])
  })
})

/** Events that wait: what their deliveries, the bus and the numbers for ops say of it, and what it costs. */

import { describe, expect, it } from 'vitest'
import { appids } from '../../kit/app.ts'
import { getDelivery } from '../../lib/send/deliveries.ts'
import type { Delivery } from '../../lib/send/delivery.ts'
import { slowDown } from '../../lib/send/send-pace.ts'
import { attemptName } from '../../lib/send/short-names.ts'
import { stageApps } from '../idle-pair.ts'
import { id } from '../ids.ts'
import { orderPaid } from '../world.ts'
import { again, arrival, event, openSend, path, requeued, toUnion } from './send-world.ts'

const minuteMs = 60_000

/** The sender, with a count of what it writes to tell that something waits. */
async function openWaiting() {
  const world = await openSend()
  const { deps, queue, send, tick } = world
  const written: Delivery[] = []
  const deliveries = {
    ...deps.deliveries,
    async recordWaiting(...[delivery, waiter]: Parameters<typeof deps.deliveries.recordWaiting>) {
      written.push(delivery)
      return deps.deliveries.recordWaiting(delivery, waiter)
    },
  }
  /** Lets what was put off come again after these minutes. */
  const sendAgain = async (minutes = 5) => {
    tick(minutes * minuteMs)
    return send(queue.again.splice(0).map(requeued), { deliveries })
  }
  return { ...world, written, sendAgain, send: (batch: Parameters<typeof send>[0]) => send(batch, { deliveries }) }
}

const notAllowed = { path, kind: 'errcode', errcode: 40164 }

describe('a hundred events that meet a wrong deployment', () => {
  // One tried, and all others of that moment were told the cause of before, and to wait for minutes.
  it('go out together as soon as one of them shows that it is mended', async () => {
    const { send, control, tick, written, phone, to } = await openWaiting()
    await control('/faults', notAllowed)
    await send([arrival(event('first', to))])
    tick(minuteMs)
    await send(Array.from({ length: 100 }, (_, n) => arrival(event(`order-${n}`, to))))
    expect([written.map(it => it.id), phone().length]).toEqual([['first'], 100])
  })

  // In the first minutes, when somebody looks, their deliveries were not there.
  it('are told to wait once each, from the first try on, whom it takes to mend that, and when they are tried next', async () => {
    const { send, sendAgain, control, deliveries, written, queue, now, to } = await openWaiting()
    await control('/faults', { ...notAllowed, times: 1_000 })
    await send(Array.from({ length: 100 }, (_, n) => arrival(event(`order-${n}`, to))))
    expect(await getDelivery('order-7', { deliveries, apps: stageApps })).toEqual({
      id: 'order-7',
      from: 'official',
      state: 'waiting',
      reason: 'an operator must act: config: 40164',
      errcode: 40164,
      attempts: 1,
      template: 'order-paid',
      at: new Date(now()).toISOString(),
      nextTryAt: new Date(now() + 150_000).toISOString(),
    })
    expect(written).toHaveLength(100)
    await sendAgain()
    await sendAgain()
    expect(written).toHaveLength(100)
    expect(queue.bus.toSorted()).toEqual(Array.from({ length: 100 }, (_, n) => `order-${n} waiting`).toSorted())
  })

  it('are told to ops by numbers: at the first try, at each, and how long the oldest has waited', async () => {
    const { send, sendAgain, control, counted, gauged, tick, to } = await openWaiting()
    await control('/faults', { ...notAllowed, times: 1_000 })
    const old = arrival(event('order-old', to))
    tick(minuteMs)
    await send([old, arrival(event('order-new', to))])
    const times = (name: string) => counted.filter(it => it === name).length
    expect([times('OperatorNeeded'), times('EventsWaiting operator'), gauged.EventWaitSeconds]).toEqual([2, 2, 60])
    await sendAgain()
    expect([times('OperatorNeeded'), times('EventsWaiting operator'), gauged.EventWaitSeconds]).toEqual([4, 2, 360])
    await sendAgain()
    expect([times('OperatorNeeded'), times('EventsWaiting operator'), gauged.EventWaitSeconds]).toEqual([6, 2, 660])
  })

  it('are told to be accepted in the end, and nothing of their waiting stays', async () => {
    const { send, sendAgain, control, stateOf, queue, phone, one } = await openWaiting()
    await control('/faults', { ...notAllowed, times: 2 })
    await send([one])
    await sendAgain()
    await sendAgain()
    expect(await stateOf('order-1')).toEqual({
      id: 'order-1',
      state: 'accepted',
      official: appids.official,
      msgid: phone()[0]?.msgid,
      attempts: 3,
      at: expect.any(String),
    })
    expect(queue.bus).toEqual(['order-1 waiting', 'order-1 accepted'])
  })
})

describe('what an event waits for', () => {
  const token = '/cgi-bin/stable_token'
  const away = 'WeChat could not be called, or gave no usable answer; an earlier try may have sent it'
  const [byItself, toAct] = ['passes by itself:', 'an operator must act:']
  it.each([
    ['WeChat is away', { path, kind: 'status', status: 502 }, `${byItself} ${away}`, 'wechat'],
    ['there is no token', { path: token, kind: 'errcode', errcode: -1 }, `${byItself} no token`, 'wechat'],
    ['the appsecret is wrong', { path: token, kind: 'errcode', errcode: 40125 }, `${toAct} config: 40125`, 'operator'],
    ['it is too much for this person', { path, kind: 'errcode', errcode: 43117 }, `${byItself} later: 43117`, 'person'],
    ['the minute is full', { path, kind: 'errcode', errcode: 45011 }, `${byItself} minute quota`, 'quota'],
  ] as const)('is told when %s', async (_what, fault, reason, cause) => {
    const { follower, send, control, stateOf, counted, now } = await openWaiting()
    const one = arrival(event('order-1', toUnion(await follower())), { attempts: 2 })
    await control('/faults', { ...fault, times: 9 })
    await send([one])
    expect(await stateOf('order-1')).toMatchObject({ state: 'waiting', reason, attempts: 2 })
    expect(Date.parse((await stateOf('order-1'))?.nextTryAt ?? '')).toBeGreaterThan(now())
    expect(counted).toContain(`EventsWaiting ${cause}`)
    expect(counted.includes('OperatorNeeded')).toBe(cause === 'operator')
  })

  it.each([
    ['a secret cannot be read', { path: token, kind: 'errcode', errcode: 40125 }, 'waiting'],
    ['it is too much for this person for a quarter of an hour', { path, kind: 'errcode', errcode: 43117 }, 'waiting'],
    ['it is too much for this person for ten seconds', { path, kind: 'errcode', errcode: 43108 }, undefined],
    ['WeChat is away for a moment', { path, kind: 'status', status: 502 }, undefined],
    ['there is no token for a moment', { path: token, kind: 'errcode', errcode: -1 }, undefined],
    ['the minute is full', { path, kind: 'errcode', errcode: 45011 }, undefined],
  ] as const)('is told at once where that takes long, and costs nothing else: when %s', async (_what, fault, state) => {
    const { send, control, stateOf, written, one } = await openWaiting()
    await control('/faults', { ...fault, times: 9 })
    await send([one])
    expect([(await stateOf('order-1'))?.state, written.length]).toEqual([state, state === undefined ? 0 : 1])
  })

  it('is not told at once while it has a slot, be that minutes away', async () => {
    const { send, gate, now, queue, written, to } = await openWaiting()
    await gate.setPace({ ...slowDown(undefined, { now: now(), accepted: 10 }), revision: 1 })
    await send(Array.from({ length: 100 }, (_, n) => arrival(event(`order-${n}`, to))))
    expect(Math.max(...queue.again.map(it => it.delaySeconds))).toBeGreaterThan(60)
    expect(written).toEqual([])
  })

  it('is told when somebody is not worked in yet', async () => {
    const { send, stateOf, deps, tick } = await openSend()
    tick(minuteMs)
    const backlog = { isEmpty: async () => false }
    await send([arrival(event('order-1', { unionid: id('u-new') }))], { ...deps, backlog })
    const reason = 'passes by itself: who follows is being linked'
    expect(await stateOf('order-1')).toMatchObject({ state: 'waiting', reason })
  })

  it('is told again when it changes, and not when only the try does', async () => {
    const { follower, send, sendAgain, control, written } = await openWaiting()
    await control('/faults', { path, kind: 'errcode', errcode: 48001, times: 2 })
    await send([arrival(event('order-1', toUnion(await follower())), { attempts: 2 })])
    await sendAgain()
    await control('/faults', { path, kind: 'errcode', errcode: 43117, times: 2 })
    await sendAgain(16)
    await sendAgain(16)
    expect(written.map(it => it.errcode)).toEqual([48001, 43117])
  })

  it('says whom it takes once it was dead-lettered as overdue', async () => {
    const { follower, send, control, stateOf, queue, now } = await openWaiting()
    await control('/faults', notAllowed)
    const since = now() - 14 * 86_400_000
    await send([arrival(event('order-1', toUnion(await follower())), { since, attempts: 4_000 })])
    expect(queue.aside).toEqual(['dead-letter: overdue: config: 40164'])
    const reason = 'an operator must act: it was dead-lettered as overdue: config: 40164'
    expect(await stateOf('order-1')).toEqual(expect.objectContaining({ state: 'waiting', reason }))
    expect(await stateOf('order-1')).not.toHaveProperty('nextTryAt')
  })

  it('is not counted as late while an event comes again for its slot', async () => {
    const { follower, send, control, gauged, now } = await openWaiting()
    await control('/faults', { path, kind: 'errcode', errcode: 45011 })
    await send([arrival(event('order-1', toUnion(await follower())), { since: now() - 86_400_000 })])
    expect(gauged).not.toHaveProperty('EventWaitSeconds')
  })
})

describe('an event that waits for one person alone', () => {
  const tooMuch = { path, kind: 'errcode', errcode: 43117 }

  it('is not counted as late, and hides no event that is', async () => {
    const { send, control, gauged, tick, to } = await openWaiting()
    tick(60 * minuteMs)
    await control('/faults', tooMuch)
    await send([arrival(event('order-1', to), { attempts: 4 })])
    expect(gauged).not.toHaveProperty('EventWaitSeconds')
    await control('/faults', notAllowed)
    await send([arrival(event('order-2', to), { attempts: 4 })])
    expect(gauged.EventWaitSeconds).toBe(3600)
  })

  it('is no trouble of its template', async () => {
    const { send, control, deps, to } = await openWaiting()
    await control('/faults', tooMuch)
    await send([arrival(event('order-1', to))])
    expect([...deps.trouble]).toEqual([])
    await control('/faults', notAllowed)
    await send([arrival(event('order-2', to))])
    expect(deps.trouble.size).toBe(1)
  })
})

describe('an event that waits', () => {
  it('is not talked over by a bad copy of it', async () => {
    const { send, control, queue, stateOf, body } = await openWaiting()
    await control('/faults', notAllowed)
    await send([arrival(body, { attempts: 2 })])
    await send([arrival({ ...body, extra: 1 })])
    expect([(await stateOf('order-1'))?.state, queue.bus, queue.aside.length]).toEqual([
      'waiting',
      ['order-1 waiting'],
      1,
    ])
  })

  // It was `dropped` until the good copy went out, hours later perhaps.
  it('is not ended by another copy that came too late', async () => {
    const { send, sendAgain, control, queue, stateOf, body } = await openWaiting()
    await control('/faults', { ...notAllowed, times: 2 })
    await send([arrival(body, { attempts: 2 })])
    await send([arrival({ ...body, expiresAt: '2020-01-01T00:00:00Z' })])
    expect([(await stateOf('order-1'))?.state, queue.bus]).toEqual(['waiting', ['order-1 waiting']])
    await sendAgain()
    await sendAgain()
    expect([(await stateOf('order-1'))?.state, queue.bus]).toEqual([
      'accepted',
      ['order-1 waiting', 'order-1 accepted'],
    ])
  })

  // It was `rejected` for as long as the good copy waited.
  it.each([{ extra: 1 }, { expiresAt: '2020-01-01T00:00:00Z' }])(
    'says so although another copy (%o) came to an end before that',
    async more => {
      const { send, sendAgain, control, stateOf, body } = await openWaiting()
      await control('/faults', { path: '/cgi-bin/stable_token', kind: 'errcode', errcode: -1, times: 9 })
      await send([arrival(body)])
      await send([arrival({ ...body, ...more })])
      expect((await stateOf('order-1'))?.state).toMatch(/rejected|dropped/)
      await sendAgain()
      expect(await stateOf('order-1')).toMatchObject({ state: 'waiting', reason: 'passes by itself: no token' })
    },
  )

  // It was told to wait for ever, while it lay among the dead letters.
  it('is told as rejected once a deployment has no such template any more', async () => {
    const { send, control, deps, stateOf, queue, one } = await openSend()
    await control('/faults', notAllowed)
    await send([one])
    expect((await stateOf('order-1'))?.state).toBe('waiting')
    await send([again(one)], { ...deps, templates: {} })
    expect([(await stateOf('order-1'))?.state, queue.aside.length]).toEqual(['rejected', 1])
  })

  it('is told as dropped once it is too late for itself', async () => {
    const { follower, send, sendAgain, control, stateOf, now } = await openWaiting()
    await control('/faults', notAllowed)
    const expiresAt = new Date(now() + 3 * minuteMs).toISOString()
    await send([arrival(event('order-1', toUnion(await follower()), { expiresAt }), { attempts: 2 })])
    expect((await stateOf('order-1'))?.state).toBe('waiting')
    await sendAgain()
    expect(await stateOf('order-1')).toMatchObject({ state: 'dropped', reason: 'expired' })
  })

  it('stays perhaps sent through all that it waits for, and is in doubt once WeChat’s window is over', async () => {
    const { send, sendAgain, control, stateOf, phone, tick, one } = await openWaiting()
    await control('/faults', { path, kind: 'reset-after', times: 2 })
    await send([one])
    tick(30_000)
    await control('/faults', notAllowed)
    await send([again(one)])
    expect(await stateOf('order-1')).toMatchObject({ state: 'waiting', errcode: 40164 })
    await sendAgain(10)
    expect([phone().length, (await stateOf('order-1'))?.state]).toEqual([1, 'in-doubt'])
  })

  it('says what it waits for again, once a call that may have sent it was written over that', async () => {
    const { follower, send, sendAgain, control, stateOf, written } = await openWaiting()
    await control('/faults', notAllowed)
    const one = arrival(event('order-1', toUnion(await follower())), { attempts: 2 })
    await send([one])
    await control('/faults', { path, kind: 'reset-after', times: 2 })
    await sendAgain()
    expect(await stateOf('order-1')).toMatchObject({ state: 'waiting', reason: expect.stringContaining('no usable') })
    expect(written).toHaveLength(2)
  })

  it('says so again where the cause is the same, and only what may have been sent was written over it', async () => {
    const { follower, send, control, stateOf, deps, queue, tick } = await openSend()
    const withheld = { write: async () => Promise.reject(new Error('away')), open: async () => [] }
    await send([arrival(event('order-1', toUnion(await follower())), { attempts: 2 })], { attempts: withheld })
    expect(await stateOf('order-1')).toMatchObject({ state: 'waiting' })
    await control('/faults', { path, kind: 'reset-after', times: 2 })
    tick(minuteMs)
    await send(queue.again.splice(0).map(requeued), deps)
    expect(await stateOf('order-1')).toMatchObject({ state: 'waiting', reason: expect.stringContaining('no usable') })
  })

  it.each([
    ['another try of it gets no answer', async () => undefined],
    [
      'another invocation ended while it sent it',
      async ({ deps, now }: Awaited<ReturnType<typeof openSend>>) =>
        deps.attempts.write({
          id: 'died',
          at: now() - 2 * minuteMs,
          names: [attemptName({ id: 'order-1', official: appids.official })],
        }),
    ],
  ] as const)('says the same again once a second window of doubt is written over it: %s', async (_what, meanwhile) => {
    const world = await openSend()
    const { follower, send, control, stateOf, tick } = world
    const templates = { 'order-paid': { ...orderPaid, doubt: 'at-least-once' as const } }
    await control('/faults', { path, kind: 'reset-after', times: 9 })
    const one = arrival(event('order-1', toUnion(await follower())), { attempts: 2 })
    await send([one], { templates })
    const told = await stateOf('order-1')
    expect(told).toMatchObject({ state: 'waiting', reason: expect.stringContaining('an earlier try may have sent it') })
    tick(15 * minuteMs)
    await meanwhile(world)
    await send([again(one)], { templates })
    expect(await stateOf('order-1')).toMatchObject({ state: 'waiting', reason: told?.reason, attempts: 3 })
  })

  it('says so again where another invocation ended while it sent it', async () => {
    const { follower, send, sendAgain, control, stateOf, deps, tick, now } = await openWaiting()
    await control('/faults', { path, kind: 'errcode', errcode: 43117, times: 2 })
    await send([arrival(event('order-1', toUnion(await follower())), { attempts: 2 })])
    await deps.attempts.write({
      id: 'died',
      at: now(),
      names: [attemptName({ id: 'order-1', official: appids.official })],
    })
    tick(2 * minuteMs)
    await sendAgain()
    expect(await stateOf('order-1')).toMatchObject({ state: 'waiting', errcode: 43117 })
  })

  it('says nothing over an end that another message of it came to meanwhile', async () => {
    const { follower, send, control, deps, queue, stateOf, now } = await openSend()
    await control('/faults', notAllowed)
    const end: Delivery = {
      id: 'order-1',
      state: 'dropped',
      reason: 'expired',
      attempts: 1,
      at: new Date(now()).toISOString(),
    }
    const deliveries = {
      ...deps.deliveries,
      async recordWaiting(...args: Parameters<typeof deps.deliveries.recordWaiting>) {
        await deps.deliveries.record(end, args[1].copy)
        return deps.deliveries.recordWaiting(...args)
      },
    }
    await send([arrival(event('order-1', toUnion(await follower())), { attempts: 2 })], { deliveries })
    expect([await stateOf('order-1'), queue.bus]).toEqual([end, []])
  })

  it('whose row is damaged is not written over', async () => {
    const { follower, send, deps, queue } = await openSend()
    const written: Delivery[] = []
    const deliveries = {
      ...deps.deliveries,
      read: async () => new Map([['order-1', { isUnreadable: true } as const]]),
      recordWaiting: async (it: Delivery) => written.push(it) > 0,
    }
    await send([arrival(event('order-1', toUnion(await follower())), { attempts: 2 })], { deliveries })
    expect([written, queue.again.length]).toEqual([[], 1])
  })

  it('goes back into its queue although the table cannot say that it waits', async () => {
    const { follower, send, deps, control, queue, lines } = await openSend()
    await control('/faults', notAllowed)
    const deliveries = { ...deps.deliveries, recordWaiting: async () => Promise.reject(new Error('away')) }
    const one = arrival(event('order-1', toUnion(await follower())), { attempts: 2 })
    expect(await send([one], { deliveries })).toEqual([])
    expect([queue.again.length, queue.bus]).toEqual([1, []])
    expect(lines.filter(it => it.event === 'send.not-noted')).toHaveLength(1)
  })
})

it('writes nothing for a batch that simply succeeds', async () => {
  const { send, written, gauged, counted, to } = await openWaiting()
  await send(Array.from({ length: 100 }, (_, n) => arrival(event(`order-${n}`, to), { attempts: 3 })))
  expect([written, gauged, counted.filter(it => !it.startsWith('MessageOutcome'))]).toEqual([[], {}, expect.any(Array)])
  expect(counted.some(it => it.startsWith('EventsWaiting') || it === 'OperatorNeeded')).toBe(false)
})

/** What may be on a phone although no answer said so: it is remembered through all that becomes of the event later. */

import { describe, expect, it } from 'vitest'
import { appids } from '../../kit/app.ts'
import { createWeChat } from '../../lib/adapters/wechat/client.ts'
import { createTransport } from '../../lib/adapters/wechat/transport.ts'
import type { Received } from '../../lib/send/stages.ts'
import { isForPeople, secondsLeft, uncertaintyOf } from '../../lib/send/uncertainty.ts'
import { id, officialAppid } from '../ids.ts'
import { orderPaid } from '../world.ts'
import { again, arrival, event, openSend, path, pushedAt, requeued, toUnion } from './send-world.ts'

/** The kept connection is lost, and the one after it, once WeChat has acted. */
const lost = { path, kind: 'reset-after', times: 2 }
const { official } = appids
const bareClient = {
  appid: officialAppid,
  appsecret: async () => 'secret',
  mode: 'stable',
  breaker: { run: <T>(_api: string, call: () => Promise<T>) => call() },
  watch: () => undefined,
  nowSeconds: () => 0,
} as const
const atLeastOnce = { 'order-paid': { ...orderPaid, doubt: 'at-least-once' as const } }

describe('an answer that was lost after WeChat acted', () => {
  it('is in doubt, and not expired, when the event expires before the next try', async () => {
    const { follower, send, control, stateOf, phone, queue, tick } = await openSend()
    const one = arrival(event('order-1', toUnion(await follower()), { expiresAt: '2026-11-22T04:00:20Z' }))
    await control('/faults', lost)
    expect(await send([one])).toEqual([one])
    tick(30_000)
    expect(await send([again(one)])).toEqual([])
    expect(await stateOf('order-1')).toMatchObject({
      state: 'in-doubt',
      reason: expect.stringMatching(/^expired; .*reset/),
    })
    expect([phone().length, queue.bus]).toEqual([1, []])
    expect(queue.aside).toEqual([expect.stringMatching(/^review: in-doubt: expired/)])
  })

  it('is in doubt, and not refused, when the person leaves before the next try', async () => {
    const { follower, send, control, stateOf, phone, queue, tick } = await openSend()
    const who = await follower()
    const one = arrival(event('order-1', toUnion(who)))
    await control('/faults', lost)
    await send([one])
    await control(`/people/${who.id}/unfollow`, { silent: true })
    tick(30_000)
    expect(await send([again(one)])).toEqual([])
    expect(await stateOf('order-1')).toMatchObject({ state: 'in-doubt', errcode: 43004 })
    expect([phone().length, queue.bus]).toEqual([1, []])
  })

  it('is in doubt, and not dropped, when our links know before the next try that the person left', async () => {
    const { follower, send, control, stateOf, links, calls, now, tick } = await openSend()
    const who = await follower()
    const one = arrival(event('order-1', toUnion(who)))
    await control('/faults', lost)
    await send([one])
    const before = await calls(path)
    const [row] = (await links.followers([who.openid])).values()
    const left = { openid: who.openid, ...toUnion(who), following: false, at: Math.floor(now() / 1000) + 1 }
    await links.writeFollower(left, row)
    tick(30_000)
    expect(await send([again(one)])).toEqual([])
    expect(await stateOf('order-1')).toMatchObject({
      state: 'in-doubt',
      reason: expect.stringMatching(/^not-following; /),
    })
    expect(await calls(path)).toBe(before)
  })

  it('is sent no second time when the same id is pushed again after that', async () => {
    const { follower, send, control, stateOf, phone, tick } = await openSend()
    const who = await follower()
    const one = arrival(event('order-1', toUnion(who)))
    await control('/faults', lost)
    await send([one])
    await control(`/people/${who.id}/unfollow`, { silent: true })
    tick(30_000)
    await send([again(one)])
    await control(`/people/${who.id}/follow`, { silent: true })
    tick(3_600_000)
    expect(await send([arrival(event('order-1', toUnion(who)))])).toEqual([])
    expect(await stateOf('order-1')).toMatchObject({ state: 'in-doubt' })
    expect(phone()).toHaveLength(1)
  })

  it('is known to a second message of the event, however late that comes', async () => {
    const { send, control, phone, stateOf, tick, body } = await openSend()
    await control('/faults', lost)
    await send([arrival(body)])
    tick(3_600_000)
    expect(await send([arrival(body)])).toEqual([])
    expect(phone()).toHaveLength(1)
    expect(await stateOf('order-1')).toMatchObject({ state: 'in-doubt' })
  })

  it.each([
    ['a quota that is used up', 45009, 'parked'],
    ['a wrong deployment', 48001, 'again'],
    ['the minute quota', 45011, 'again'],
  ] as const)('is remembered on the way through %s', async (_what, errcode, where) => {
    const { send, control, queue, phone, stateOf, tick, one } = await openSend()
    await control('/faults', lost)
    await send([one])
    tick(30_000)
    await control('/faults', { path, kind: 'errcode', errcode })
    expect(await send([again(one)])).toEqual([])
    tick(86_400_000)
    const [event_] = where === 'parked' ? queue.parked : queue.again.map(it => it.event)
    expect(await send(event_ === undefined ? [] : [requeued({ event: event_ })])).toEqual([])
    expect(phone()).toHaveLength(1)
    expect(await stateOf('order-1')).toMatchObject({ state: 'in-doubt' })
  })

  it('is known by its attempt, if it cannot be remembered otherwise', async () => {
    const { deps, send, control, queue, phone, stateOf, tick, one } = await openSend()
    await control('/faults', lost)
    const away = async () => Promise.reject(new Error('away'))
    expect(await send([one], { deliveries: { ...deps.deliveries, recordUncertainty: away } })).toEqual([one])
    tick(30_000)
    await control('/faults', { path, kind: 'errcode', errcode: 48001 })
    expect(await send([again(one)])).toEqual([])
    tick(700_000)
    for (const it of queue.again.splice(0)) expect(await send([requeued(it)])).toEqual([])
    expect([phone().length, (await stateOf('order-1'))?.state]).toEqual([1, 'in-doubt'])
  })

  it('is not called a failure of the event by a bad copy of it', async () => {
    const { send, control, queue, stateOf, body } = await openSend()
    await control('/faults', lost)
    const one = arrival(body)
    await send([one])
    await send([arrival({ ...body, extra: 1 })])
    expect([await stateOf('order-1'), queue.bus]).toEqual([undefined, []])
    await send([again(one)])
    await send([arrival({ ...body, extra: 1 })])
    expect(await stateOf('order-1')).toMatchObject({ state: 'accepted' })
    expect(queue.bus).toEqual(['order-1 accepted'])
    expect(queue.aside).toHaveLength(2)
  })
})

describe('a bad copy of an event', () => {
  it('says nothing of a good one that waits for quota', async () => {
    const { send, gate, now, queue, stateOf, body } = await openSend()
    await gate.close({ until: now() + 3_600_000, errcode: 45009, at: now() })
    await send([arrival(body)])
    await send([arrival({ ...body, extra: 1 })])
    expect([(await stateOf('order-1'))?.state, queue.bus, queue.aside.length]).toEqual(['parked', [], 1])
  })

  it('is named in the log by its id all the same', async () => {
    const { send, lines, body } = await openSend()
    await send([arrival(body), arrival({ ...body, extra: 1 })])
    const { fields } = lines.find(it => it.event === 'send.rejected') ?? {}
    expect(fields).toEqual({ app: 'official', id: 'order-1', reason: 'extra is not a field of an event' })
  })

  it.each([0, 1])('says nothing of a good one beside it, in any order', async at => {
    const { send, queue, stateOf, body } = await openSend()
    await send([arrival(body)].toSpliced(at, 0, arrival({ ...body, extra: 1 })))
    expect([(await stateOf('order-1'))?.state, queue.bus]).toEqual(['accepted', ['order-1 accepted']])
  })
})

describe('an invocation that ended without a word', () => {
  it('makes one message when it was killed between the send and the done mark', async () => {
    const { send, phone, deps, stateOf, tick, counted, one } = await openSend()
    const killed = { ...deps.deliveries, accept: async () => Promise.reject(new Error('killed')) }
    expect(await send([one], { deliveries: killed })).toEqual([one])
    tick(360_000)
    expect(await send([again(one)])).toEqual([])
    expect(phone()).toHaveLength(1)
    expect(await stateOf('order-1')).toMatchObject({ state: 'accepted', msgid: phone()[0]?.msgid })
    expect(counted).toContain('SendInterrupted')
  })

  it('tells the bus by the same message, which SQS gave out twice at once', async () => {
    const { send, queue, tick, one } = await openSend()
    await send([one], { results: { publish: async () => Promise.reject(new Error('killed')) } })
    tick(20_000)
    expect(await send([one])).toEqual([])
    expect(queue.bus).toEqual(['order-1 accepted'])
  })

  it('tells the bus in the end when it was killed between the done mark and the bus', async () => {
    const { send, queue, phone, tick, one } = await openSend()
    expect(await send([one], { results: { publish: async () => Promise.reject(new Error('killed')) } })).toEqual([])
    expect(queue.bus).toEqual([])
    expect(await send([again(one)])).toEqual([])
    expect([queue.bus, phone().length]).toEqual([['order-1 accepted'], 1])
    // A second message of the event is no sign of that, once it may not be the same that SQS gave out twice.
    tick(60_000)
    await send([{ ...one, messageId: crypto.randomUUID() }])
    expect(queue.bus).toHaveLength(1)
  })

  it('tells the bus in the end that an event waits, and once for each message that is given out again', async () => {
    const { send, control, queue, one } = await openSend()
    await control('/faults', { path, kind: 'errcode', errcode: 40164, times: 3 })
    await send([one], { results: { publish: async () => Promise.reject(new Error('killed')) } })
    expect(queue.bus).toEqual([])
    await send([again(one)])
    expect(queue.bus).toEqual(['order-1 waiting'])
    // The message by which it came back, and a later try, are no sign of that.
    await send([...queue.again.splice(0).map(requeued).slice(0, 1), again(again(one))])
    expect(queue.bus).toEqual(['order-1 waiting'])
  })

  it('is known by what it sent although its neighbour was put off before the mark was written', async () => {
    const { deps, follower, send, control, phone, stateOf, queue, tick } = await openSend()
    const [one, other] = [toUnion(await follower()), toUnion(await follower())]
    const batch = [arrival(event('order-1', one)), arrival(event('order-2', other))]
    // The tables take no marks, for as long as WeChat knows the id.
    const unwritten = {
      ...deps.deliveries,
      accept: async (list: readonly { id: string }[]) => new Set(list.map(it => it.id)),
    }
    await control('/faults', { path, kind: 'errcode', errcode: 48001 })
    const failed = await send(batch, { deliveries: unwritten })
    expect([failed.length, queue.again.length, phone().length]).toEqual([1, 1, 1])
    tick(700_000)
    expect(await send(failed.map(again))).toEqual([])
    const sent = failed[0] === batch[0] ? 'order-1' : 'order-2'
    expect(await stateOf(sent)).toMatchObject({ state: 'in-doubt' })
    expect(phone()).toHaveLength(1)
  })

  it.each([
    ['while it may still be at it', 30_000, {}, 'accepted'],
    ['when WeChat has forgotten its id', 700_000, {}, 'in-doubt'],
    ['when the event has expired meanwhile', 61_000, { expiresAt: '2026-11-22T04:00:30Z' }, 'in-doubt'],
  ])('is known to a second message of the event, %s', async (_when, age, more, state) => {
    const { deps, follower, send, phone, stateOf, queue, tick } = await openSend()
    const body = event('order-1', toUnion(await follower()), more)
    const killed = { ...deps.deliveries, accept: async () => Promise.reject(new Error('killed')) }
    await send([arrival(body)], { deliveries: killed })
    tick(age)
    expect(await send([arrival(body)])).toEqual([])
    expect(phone()).toHaveLength(1)
    expect(await stateOf('order-1')).toMatchObject({ state })
    expect(queue.bus).toEqual(state === 'accepted' ? ['order-1 accepted'] : [])
  })

  it('lets a copy that would be dropped wait until it is known what another invocation came to', async () => {
    const { deps, send, queue, stateOf, tick, to } = await openSend()
    const reached = Promise.withResolvers<void>()
    const released = Promise.withResolvers<void>()
    const wechat = {
      ...deps.wechat,
      async sendTemplate(...call: Parameters<typeof deps.wechat.sendTemplate>) {
        reached.resolve()
        await released.promise
        return deps.wechat.sendTemplate(...call)
      },
    }
    const first = send([arrival(event('order-1', to))], { wechat })
    await reached.promise
    await send([arrival(event('order-1', to, { expiresAt: '2020-01-01T00:00:00Z' }))])
    expect([await stateOf('order-1'), queue.bus, queue.again.map(it => it.delaySeconds)]).toEqual([undefined, [], [60]])
    released.resolve()
    await first
    tick(60_000)
    for (const it of queue.again.splice(0)) await send([requeued(it)])
    expect([(await stateOf('order-1'))?.state, queue.bus]).toEqual(['accepted', ['order-1 accepted']])
  })

  it('is forgotten once its events know of it themselves', async () => {
    const { deps, send, tick, to } = await openSend()
    const batch = Array.from({ length: 3 }, (_, index) => index)
    const messages = batch.map(it => arrival(event(`order-${it}`, to)))
    const killed = { ...deps.deliveries, accept: async () => Promise.reject(new Error('killed')) }
    await send(messages, { deliveries: killed })
    expect((await deps.attempts.open()).map(it => it.names.length)).toEqual([3])
    tick(120_000)
    await send(messages.slice(0, 2).map(again))
    expect((await deps.attempts.open()).map(it => it.names.length)).toEqual([1])
    await send(messages.slice(2).map(again))
    expect(await deps.attempts.open()).toEqual([])
  })

  it('leaves its events in doubt once WeChat has forgotten their ids, and nothing sends them again', async () => {
    const { send, phone, deps, stateOf, tick, queue, one } = await openSend()
    const killed = { ...deps.deliveries, accept: async () => Promise.reject(new Error('killed')) }
    await send([one], { deliveries: killed })
    tick(571_000)
    expect(await send([again(one)])).toEqual([])
    expect(await stateOf('order-1')).toMatchObject({
      state: 'in-doubt',
      reason: 'a try of over ten minutes ago may have sent it (the function ended while it was being sent)',
    })
    expect(queue.aside).toEqual([expect.stringMatching(/^review: in-doubt/)])
    expect(phone()).toHaveLength(1)
  })

  it('leaves nothing in doubt that it never began to send, however often it was given out', async () => {
    const { follower, send, phone, stateOf, tick } = await openSend()
    let one = arrival(event('order-1', toUnion(await follower())))
    for (let receives = 1; receives < 12; receives++) {
      one = again(one)
      tick(180_000)
    }
    expect(await send([one])).toEqual([])
    expect(phone()).toHaveLength(1)
    expect(await stateOf('order-1')).toMatchObject({ state: 'accepted', attempts: 12 })
  })

  it('tells the bus of no end that is not the end: another copy may be on the phone by then', async () => {
    const { deps, follower, send, queue } = await openSend()
    const late = arrival(event('order-1', toUnion(await follower()), { expiresAt: '2020-01-01T00:00:00Z' }))
    await send([late], { deliveries: { ...deps.deliveries, record: async () => false } })
    expect(queue.bus).toEqual([])
    await send([late])
    expect(queue.bus).toEqual(['order-1 dropped'])
  })

  it('calls nobody if its attempt cannot be written down', async () => {
    const { deps, send, calls, queue, to } = await openSend()
    const attempts = { ...deps.attempts, write: async () => Promise.reject(new Error('away')) }
    const good = [1, 2].map(it => arrival(event(`order-${it}`, to)))
    expect(await send(good, { attempts })).toEqual([])
    expect(await calls(path)).toBe(0)
    expect(queue.again).toHaveLength(2)
  })

  // It stayed under the instant of the first write: a minute later all of the batch counted as perhaps sent.
  it.each([
    ['and is written again', 60, 10],
    ['and is not written again', 1, 0],
  ])('takes back an attempt whose first write got no answer but arrived, %s', async (_what, events, sent) => {
    const { deps, send, tick, queue, phone, to } = await openSend()
    let writes = 0
    const attempts = {
      ...deps.attempts,
      async write(attempt: Parameters<typeof deps.attempts.write>[0]) {
        await deps.attempts.write(attempt)
        tick(1_000)
        writes += 1
        if (writes === 1) throw new Error('no answer')
      },
    }
    await send(
      Array.from({ length: events }, (_, index) => arrival(event(`order-${index}`, to))),
      { attempts },
    )
    expect([phone().length, queue.again.length]).toEqual([sent, events - sent])
    expect(await deps.attempts.open()).toEqual([])
  })

  // A table that throttled once more often than the SDK tries made a hundred events doubtful of which none was sent.
  it('leaves no doubt behind if only the second try takes its attempt back', async () => {
    const { deps, send, control, one } = await openSend()
    await control('/faults', { path, kind: 'errcode', errcode: 43116, times: 100 })
    let writes = 0
    const attempts = {
      ...deps.attempts,
      async write(attempt: Parameters<typeof deps.attempts.write>[0]) {
        writes += 1
        if (writes === 2) throw new Error('Throughput exceeds the limit')
        await deps.attempts.write(attempt)
      },
    }
    await send([one], { attempts })
    expect(writes).toBe(3)
    expect(await deps.attempts.open()).toEqual([])
  })

  it('writes its attempt once for a batch, before the first call, and takes it back at the end; none without a call', async () => {
    const { deps, send, calls, to } = await openSend()
    const written: number[] = []
    const attempts = {
      ...deps.attempts,
      async write(attempt: Parameters<typeof deps.attempts.write>[0]) {
        written.push(attempt.names.length, await calls(path))
        await deps.attempts.write(attempt)
      },
    }
    await send([arrival('no json'), arrival(event('late', to, { expiresAt: '2020-01-01T00:00:00Z' }))], { attempts })
    expect(written).toEqual([])
    await send(
      Array.from({ length: 100 }, (_, index) => arrival(event(`order-${index}`, to))),
      { attempts },
    )
    expect(written).toEqual([100, 0, 0, 100])
  })
})

describe('what was surely not sent', () => {
  it('is in no doubt after a quarter of an hour without a token, and a push that SQS did not take', async () => {
    const { deps, send, control, tick, stateOf, phone, calls, one } = await openSend()
    await control('/faults', { path: '/cgi-bin/stable_token', kind: 'status', status: 502 })
    const events = { ...deps.events, requeue: async () => new Set([0]) }
    expect(await send([one], { events })).toEqual([one])
    expect(await calls(path)).toBe(0)
    tick(900_000)
    expect(await send([again(one)])).toEqual([])
    expect(phone()).toHaveLength(1)
    expect(await stateOf('order-1')).toMatchObject({ state: 'accepted' })
  })

  it('is in no doubt when there was no connection', async () => {
    const { deps, send, queue, tick, phone, stateOf, one } = await openSend()
    const transport = createTransport({ baseUrl: new URL('http://127.0.0.1:9') })
    const { sendTemplate } = createWeChat({ ...bareClient, transport })
    expect(await send([one], { wechat: { ...deps.wechat, sendTemplate } })).toEqual([])
    tick(900_000)
    for (const it of queue.again.splice(0)) expect(await send([requeued(it)])).toEqual([])
    expect([phone().length, (await stateOf('order-1'))?.state]).toEqual([1, 'accepted'])
  })

  it('is in no doubt when it was refused, and the push that followed was lost', async () => {
    const { deps, send, control, tick, stateOf, phone, one } = await openSend()
    await control('/faults', { path, kind: 'errcode', errcode: 48001 })
    const events = { ...deps.events, requeue: async () => new Set([0]) }
    expect(await send([one], { events })).toEqual([one])
    tick(900_000)
    expect(await send([again(one)])).toEqual([])
    expect(await stateOf('order-1')).toMatchObject({ state: 'accepted' })
    expect(phone()).toHaveLength(1)
  })

  it('waits for quota without a doubt, though its deletion was lost twice', async () => {
    const { send, control, queue, phone, stateOf, tick, one } = await openSend()
    await control('/quota', { app: 'official', path, day: 100, used: 100 })
    await send([one])
    tick(180_000)
    await send([again(one)])
    tick(12 * 3_600_000)
    for (const it of queue.parked) expect(await send([requeued({ event: it })])).toEqual([])
    expect([phone().length, queue.aside]).toEqual([1, []])
    expect(await stateOf('order-1')).toMatchObject({ state: 'accepted' })
  })

  it('is pushed again as a new message while the tables do not answer, however often it was given out', async () => {
    const { deps, send, phone, queue, one } = await openSend()
    const away = { ...deps.links, resolve: async () => Promise.reject(new Error('away')) }
    expect(await send([again(one)], { links: away })).toEqual([])
    expect(queue.again).toEqual([{ event: { body: one.body, attempts: 2, since: pushedAt }, delaySeconds: 15 }])
    expect(phone()).toEqual([])
  })

  it.each([
    ['the token source', { accessTokens: true }],
    ['the count of the linking', { linking: true }],
  ])('is in no doubt when %s fails for it while another of its batch is sent', async (_what, broken) => {
    const { deps, send, phone, stateOf, tick, to } = await openSend()
    const strange = 'linking' in broken ? { unionid: id('u-new') } : to
    const batch = [arrival(event('order-1', to)), arrival(event('order-2', strange))]
    let asked = 0
    const present = async () => {
      asked += 1
      if ('accessTokens' in broken && asked === 2) throw new Error('a bug')
      return deps.accessTokens.present()
    }
    const linking = { isUnderWay: async () => Promise.reject(new Error('away')) }
    tick(10_000)
    const failed = await send(batch, { accessTokens: { ...deps.accessTokens, present }, linking })
    expect(failed).toEqual([batch[1]])
    tick(900_000)
    await send(failed.map(again))
    expect(phone()).toHaveLength('linking' in broken ? 1 : 2)
    expect((await stateOf('order-2'))?.state).toBe('linking' in broken ? 'dropped' : 'accepted')
  })

  it.each([
    ['dropped', 43004, 'record'],
    ['rejected', 47003, 'deadLetter'],
  ] as const)(
    'is %s in the end, and in no doubt, though that could not be written at first',
    async (state, errcode, away) => {
      const { deps, send, control, stateOf, tick, to } = await openSend()
      await control('/faults', { path, kind: 'errcode', errcode, times: 2 })
      const one = arrival(event('order-1', to))
      const fails = { [away]: async () => Promise.reject(new Error('away')) }
      const more =
        away === 'record' ? { deliveries: { ...deps.deliveries, ...fails } } : { events: { ...deps.events, ...fails } }
      expect(await send([one], more)).toEqual([one])
      tick(900_000)
      expect(await send([again(one)])).toEqual([])
      expect(await stateOf('order-1')).toMatchObject({ state, errcode })
    },
  )
})

describe('a duplicate that WeChat tells by an error', () => {
  it.each([45065, 40241])('is accepted by %i where an earlier try may have succeeded', async errcode => {
    const { send, control, stateOf, phone, queue, tick, one } = await openSend()
    await control('/faults', { path, kind: 'errcode', errcode: -1, processed: true })
    expect(await send([one])).toEqual([one])
    tick(10_000)
    await control('/faults', { path, kind: 'errcode', errcode })
    expect(await send([again(one)])).toEqual([])
    expect(await stateOf('order-1')).toMatchObject({ state: 'accepted', errcode })
    expect([phone().length, queue.aside, queue.bus]).toEqual([1, [], ['order-1 accepted']])
  })

  it('comes again after a minute by 40241 where no try of its own can be meant', async () => {
    const { send, control, queue, stateOf, one } = await openSend()
    await control('/faults', { path, kind: 'errcode', errcode: 40241 })
    expect(await send([one])).toEqual([])
    expect(queue.again.map(it => it.delaySeconds)).toEqual([60])
    expect(await stateOf('order-1')).toMatchObject({ state: 'waiting', reason: 'passes by itself: later: 40241' })
  })
})

describe('at-least-once', () => {
  it('puts at most three messages on a phone, and then leaves it to people', async () => {
    const { follower, send, control, queue, phone, stateOf, tick } = await openSend()
    let next: Received | undefined = arrival(event('order-1', toUnion(await follower())))
    await control('/faults', { path, kind: 'errcode', errcode: -1, processed: true, times: 1000 })
    const playOn = async (one: Received) => {
      const stays = (await send([one], { templates: atLeastOnce })).length > 0
      const pushed = queue.again.pop()
      tick(((stays ? queue.later.at(-1) : pushed?.delaySeconds) ?? 0) * 1000)
      return stays ? again(one) : pushed && requeued(pushed)
    }
    for (let tries = 0; next !== undefined && tries < 300; tries++) next = await playOn(next)
    expect(next).toBeUndefined()
    expect(phone()).toHaveLength(3)
    expect(await stateOf('order-1')).toMatchObject({
      state: 'in-doubt',
      reason: expect.stringContaining('WeChat answered -1'),
    })
    expect(queue.aside).toHaveLength(1)
  })

  it('sends again after ten minutes where a second message is better than none', async () => {
    const { send, queue, phone, tick, deliveries, one } = await openSend()
    await deliveries.recordUncertainty('order-1', { since: pushedAt, windows: 1, why: 'no answer', official })
    tick(600_000)
    expect(await send([one], { templates: atLeastOnce })).toEqual([])
    expect([phone().length, queue.aside]).toEqual([1, []])
  })
})

describe('the next try of what may have been sent', () => {
  it.each([
    [0, 8],
    [480_000, 75],
    [552_000, 5],
    [565_000, 5],
  ])('%i ms into the window comes after %i s, and never at once', async (age, seconds) => {
    const { follower, send, control, queue, tick, deliveries } = await openSend()
    const attempts = age === 0 ? 1 : 9
    const late = arrival(event('order-1', toUnion(await follower())), { attempts })
    await deliveries.recordUncertainty('order-1', { since: pushedAt, windows: 1, why: 'no answer', official })
    tick(age)
    await control('/faults', { path, kind: 'errcode', errcode: -1 })
    expect(await send([late])).toEqual([late])
    expect(queue.later).toEqual([seconds])
  })

  it('does not outlast the window because WeChat wants this person left alone', async () => {
    const { follower, send, control, queue, tick, deliveries } = await openSend()
    const late = arrival(event('order-1', toUnion(await follower())), { attempts: 9 })
    await deliveries.recordUncertainty('order-1', { since: pushedAt, windows: 1, why: 'no answer', official })
    tick(200_000)
    await control('/faults', { path, kind: 'errcode', errcode: 43117 })
    expect(await send([late])).toEqual([])
    expect(queue.again.map(it => it.delaySeconds)).toEqual([355])
  })

  it('waits for the minute quota first, be it the last of the window', async () => {
    const { follower, send, control, queue, tick, deliveries } = await openSend()
    const late = arrival(event('order-1', toUnion(await follower())), { attempts: 9 })
    await deliveries.recordUncertainty('order-1', { since: pushedAt, windows: 1, why: 'no answer', official })
    tick(540_000)
    await control('/faults', { path, kind: 'errcode', errcode: 45011 })
    expect(await send([late])).toEqual([])
    expect(queue.again.map(it => it.delaySeconds)).toEqual([60])
  })
})

describe('uncertaintyOf', () => {
  const why = 'no answer'
  it('goes by the earliest call of a window, and counts the windows', () => {
    expect(uncertaintyOf(undefined, [])).toBeUndefined()
    const instants = [900_000, 0, 570_000, 5_000].map(at => ({ at, why, official }))
    expect(uncertaintyOf(undefined, instants)).toEqual({ since: 900_000, windows: 2, why, official })
    expect(
      uncertaintyOf({ since: 900_000, windows: 2, why, official }, [{ at: 1_470_001, why: 'reset', official }]),
    ).toEqual({
      since: 1_470_001,
      windows: 3,
      why: 'reset',
      official,
    })
    expect(uncertaintyOf({ since: 10_000, windows: 1, why, official }, [{ at: 2_000, why, official }])).toEqual({
      since: 2_000,
      windows: 1,
      why,
      official,
    })
  })

  it('leaves to people what is over, by the policy of its template', () => {
    const one = { since: 0, windows: 1, why, official }
    expect([570_000, 570_001].map(now => isForPeople(one, 'never-twice', now))).toEqual([false, true])
    expect(isForPeople({ ...one, windows: 2 }, 'never-twice', 0)).toBe(true)
    expect([1, 2, 3].map(windows => isForPeople({ ...one, windows }, 'at-least-once', 600_000))).toEqual([
      false,
      false,
      true,
    ])
    expect(isForPeople({ ...one, windows: 3 }, 'at-least-once', 570_000)).toBe(false)
    expect(isForPeople(undefined, 'never-twice', 0)).toBe(false)
    expect([0, 569_500, 571_000].map(now => secondsLeft(one, now))).toEqual([570, 0, -1])
  })
})

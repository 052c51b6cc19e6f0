/** Two copies of one event in two invocations at once: what one of them is about to send the other does not call unsent. */

import { describe, expect, it } from 'vitest'
import { arrival, event, type Given, openSend, path, pushedAt, requeued, toUnion } from './send-world.ts'

const lost = { path, kind: 'reset-after', times: 2 }
const expiresAt = new Date(pushedAt + 30_000).toISOString()

/** The other invocation does all its work when these tables have just been read. */
function overtaken({ deliveries, attempts }: Given, work: () => Promise<unknown>): Partial<Given> {
  const state = { isRead: false }
  return {
    deliveries,
    attempts: {
      ...attempts,
      async open() {
        if (state.isRead) return attempts.open()
        state.isRead = true
        const before = await attempts.open()
        await work()
        return before
      },
    },
  }
}

describe('a copy that has expired, of a message that SQS gave out twice', () => {
  it('comes again if an answer to the other one was lost meanwhile', async () => {
    const { deps, follower, send, control, queue, stateOf, phone, tick } = await openSend()
    const one = arrival(event('order-1', toUnion(await follower()), { expiresAt }))
    await control('/faults', lost)
    const other = async () => {
      expect(await send([one])).toEqual([one])
      tick(31_000)
    }
    expect(await send([one], overtaken(deps, other))).toEqual([])
    expect([phone().length, queue.bus, queue.again.map(it => it.delaySeconds)]).toEqual([1, [], [60]])
    tick(60_000)
    for (const it of queue.again.splice(0)) expect(await send([requeued(it)])).toEqual([])
    expect([(await stateOf('order-1'))?.state, queue.aside.length]).toEqual(['in-doubt', 1])
  })

  it('comes again while the other one is on its way', async () => {
    const { deps, follower, send, queue, stateOf, phone, tick } = await openSend()
    const one = arrival(event('order-1', toUnion(await follower()), { expiresAt }))
    const killed = { ...deps.deliveries, accept: async () => Promise.reject(new Error('killed')) }
    const other = async () => {
      expect(await send([one], { deliveries: killed })).toEqual([one])
      tick(31_000)
    }
    await send([one], overtaken(deps, other))
    expect([await stateOf('order-1'), queue.bus, queue.again.length]).toEqual([undefined, [], 1])
    tick(60_000)
    for (const it of queue.again.splice(0)) await send([requeued(it)])
    expect([(await stateOf('order-1'))?.state, phone().length]).toEqual(['in-doubt', 1])
  })

  it('is not sent if it expired while its token was fetched', async () => {
    const { deps, follower, send, queue, stateOf, phone, tick } = await openSend()
    const one = arrival(event('order-1', toUnion(await follower()), { expiresAt }))
    const accessTokens = {
      ...deps.accessTokens,
      async present() {
        tick(31_000)
        return deps.accessTokens.present()
      },
    }
    expect(await send([one], { accessTokens })).toEqual([])
    expect([phone().length, queue.again.length]).toEqual([0, 1])
    for (const it of queue.again.splice(0)) await send([requeued(it)])
    expect([(await stateOf('order-1'))?.state, queue.bus]).toEqual(['dropped', ['order-1 dropped']])
  })
})

describe('a bad copy of an event', () => {
  it('says nothing of a good one that another invocation has just sent', async () => {
    const { deps, follower, send, queue, stateOf } = await openSend()
    const body = event('order-1', toUnion(await follower()))
    const [sent, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    const deliveries = {
      ...deps.deliveries,
      async accept(...marks: Parameters<Given['deliveries']['accept']>) {
        sent.resolve()
        await released.promise
        return deps.deliveries.accept(...marks)
      },
    }
    const good: Promise<unknown>[] = []
    const other = async () => {
      good.push(send([arrival(body)], { deliveries }))
      await sent.promise
    }
    await send([arrival({ ...body, extra: 1 })], overtaken(deps, other))
    expect([queue.bus, await stateOf('order-1'), queue.aside.length]).toEqual([[], undefined, 1])
    released.resolve()
    await Promise.all(good)
    expect([queue.bus, (await stateOf('order-1'))?.state]).toEqual([['order-1 accepted'], 'accepted'])
  })
})

/** One event in a hundred that something is wrong with: its neighbours are sent, and it alone comes again. */

import { describe, expect, it } from 'vitest'

import type { Address } from '../../lib/identifiers.ts'
import { again, arrival, event, openSend, path, pushedAt, requeued, toUnion } from './send-world.ts'

const hundred = (to: Address) => Array.from({ length: 100 }, (_, index) => arrival(event(`order-${index}`, to)))

describe('among a hundred events', () => {
  it('one whose link cannot be read waits until somebody has mended it', async () => {
    const { deps, follower, send, phone, queue } = await openSend()
    const batch = hundred(toUnion(await follower()))
    const links = {
      async resolve(addresses: Parameters<typeof deps.links.resolve>[0]) {
        return (await deps.links.resolve(addresses)).map((it, index) => (index === 50 ? undefined : it))
      },
    }
    expect(await send(batch, { links })).toEqual([])
    expect(phone()).toHaveLength(99)
    expect(queue.again).toMatchObject([{ event: { body: batch[50]?.body }, delaySeconds: 150 }])
  })

  it('one whose delivery cannot be read waits too: it may be on a phone', async () => {
    const { deps, follower, send, phone, queue } = await openSend()
    const batch = hundred(toUnion(await follower()))
    const deliveries = {
      ...deps.deliveries,
      read: async () => new Map([['order-50', { isUnreadable: true } as const]]),
    }
    expect(await send(batch, { deliveries })).toEqual([])
    expect(phone()).toHaveLength(99)
    expect(queue.again).toMatchObject([{ event: { body: batch[50]?.body }, delaySeconds: 150 }])
  })

  it('one that SQS does not take back comes again alone', async () => {
    const { deps, follower, send, control, queue } = await openSend()
    const batch = hundred(toUnion(await follower()))
    await control('/faults', { path, kind: 'errcode', errcode: 43116, times: 100 })
    const events = {
      ...deps.events,
      async requeue(list: Parameters<typeof deps.events.requeue>[0]) {
        queue.again.push(...list.toSpliced(7, 1))
        return new Set([7])
      },
    }
    const failed = await send(batch, { events })
    expect(failed).toHaveLength(1)
    expect(queue.again.map(it => it.event.body)).not.toContain(failed[0]?.body)
    expect(queue.again).toHaveLength(99)
  })

  it('one that cannot be parked comes again alone', async () => {
    const { deps, follower, send, gate, now, queue } = await openSend()
    const batch = hundred(toUnion(await follower()))
    await gate.close({ until: now() + 3_600_000, errcode: 45009, at: now() })
    const holdForQuota = async (list: Parameters<typeof deps.events.holdForQuota>[0]) => {
      queue.parked.push(...list.map(it => it.event))
      return new Set([99])
    }
    expect(await send(batch, { events: { ...deps.events, holdForQuota } })).toEqual([batch[99]])
  })
})

describe('two copies of one id in a batch', () => {
  const past = { expiresAt: '2020-01-01T00:00:00Z' }

  it('of which the first can no longer be sent are judged one after the other: the second is sent', async () => {
    const { send, phone, deliveries, to } = await openSend()
    const late = arrival({ ...event('order-1', to), ...past })
    expect(await send([late, late, arrival(event('order-1', to)), arrival(event('order-1', to))])).toEqual([])
    expect(phone()).toHaveLength(1)
    expect((await deliveries.read(['order-1'])).get('order-1')?.delivery).toMatchObject({ state: 'accepted' })
  })

  // The second was taken for done, and lost once the first had expired.
  it('of which the first is put off both come again, for the first may be dropped yet', async () => {
    const { send, control, phone, queue, tick, to } = await openSend()
    const soon = { expiresAt: new Date(pushedAt + 60_000).toISOString() }
    await control('/faults', { path, kind: 'errcode', errcode: 40164 })
    await send([arrival({ ...event('order-1', to), ...soon }), arrival(event('order-1', to))])
    tick(300_000)
    const came = queue.again.splice(0).map(requeued)
    expect(await send(came)).toEqual([])
    expect([came.length, phone().length]).toEqual([2, 1])
  })

  it('of which the first waits for quota both wait for it', async () => {
    const { send, gate, now, queue, to } = await openSend()
    await gate.close({ until: now() + 3_600_000, errcode: 45009, at: now() })
    const bodies = [event('order-1', to), event('order-1', to, { page: 'pages/other' })]
    await send(bodies.map(it => arrival(it)))
    expect(queue.parked.map(it => JSON.parse(it.body))).toEqual(bodies)
  })

  it('of which the first got no answer make one message', async () => {
    const { send, control, phone, queue, to } = await openSend()
    await control('/faults', { path, kind: 'truncated' })
    const one = arrival(event('order-1', to))
    expect(await send([one, arrival(event('order-1', to, { page: 'pages/other' }))])).toEqual([one])
    await send([again(one)])
    expect([phone().length, queue.again]).toEqual([1, []])
  })

  it('of which the first is sent make one message, whatever the second says', async () => {
    const { send, phone, to } = await openSend()
    await send([arrival(event('order-1', to)), arrival({ ...event('order-1', to), ...past })])
    expect(phone()).toHaveLength(1)
  })
})

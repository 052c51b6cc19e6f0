/** One event in a hundred that something is wrong with: its neighbours are sent, and it alone comes again. */

import { describe, expect, it } from 'vitest'

import type { Address } from '../lib/identifiers.ts'
import { arrival, event, openSend, path, toUnion } from './send-world.ts'

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
      async pushAgain(list: Parameters<typeof deps.events.pushAgain>[0]) {
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
    const park = async (list: Parameters<typeof deps.events.park>[0]) => {
      queue.parked.push(...list.map(it => it.event))
      return new Set([99])
    }
    expect(await send(batch, { events: { ...deps.events, park } })).toEqual([batch[99]])
  })
})

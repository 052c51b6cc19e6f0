/** How long an event may wait for quota: it is told of, and dead-lettered, as one that waits for anything else. */

import { describe, expect, it } from 'vitest'
import { arrival, event, openSend, pushedAt, toUnion } from './send-world.ts'

const dayMs = 86_400_000

/** The sender, so many days after an event was pushed, while the month's quota is used up. */
async function openDaysLater(days: number) {
  const world = await openSend()
  const one = arrival(event('order-1', toUnion(await world.follower())))
  world.tick(days * dayMs)
  await world.deps.gate.close({ until: pushedAt + 40 * dayMs, errcode: 48006, at: world.now() })
  return { ...world, one }
}

describe('an event that waits for quota', () => {
  it('is held, and alarmed about, while it is younger than thirteen days', async () => {
    const { send, queue, counted, stateOf, one } = await openDaysLater(12)
    await send([one])
    expect([queue.parked.map(it => it.since), queue.aside]).toEqual([[pushedAt], []])
    expect([(await stateOf('order-1'))?.state, counted.includes('EventOverdue')]).toEqual(['parked', true])
  })

  // Held again and again, it had its retention anew each time, and was never dead-lettered.
  it('is dead-lettered after thirteen days, and its delivery says so', async () => {
    const { deps, send, queue, stateOf, one, now } = await openDaysLater(14)
    const held = { id: 'order-1', state: 'parked', attempts: 1, at: new Date(now()).toISOString() } as const
    await deps.deliveries.record(held, 'copy')
    await send([one])
    expect([queue.parked, queue.aside]).toEqual([[], ['dead-letter: overdue: quota: 48006']])
    const reason = 'an operator must act: it was dead-lettered as overdue: quota: 48006'
    expect(await stateOf('order-1')).toMatchObject({ state: 'waiting', reason })
  })
})

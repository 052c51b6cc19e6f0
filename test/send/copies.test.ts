import { setImmediate } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { unhandledIn } from '../unhandled.ts'
import { arrival, data, event, openSend, pushedAt, toUnion } from './send-world.ts'

// The end of the second copy was a promise that nobody awaited: its rejection ended the function.
it('gives both copies of an event back if the first of them fails, and goes on', async () => {
  const { deps, follower, send } = await openSend()
  const to = toUnion(await follower())
  const expiresAt = new Date(pushedAt - 30_000).toISOString()
  const copies = ['¥88.00', '¥99.00'].map(amount2 =>
    arrival(event('order-1', to, { expiresAt, data: { ...data, amount2 } })),
  )
  const away = async () => {
    await setImmediate()
    throw new Error('no table')
  }
  const unhandled = await unhandledIn(async () => {
    expect(await send(copies, { deliveries: { ...deps.deliveries, record: away } })).toEqual(copies)
  })
  expect(unhandled).toEqual([])
})

import { expect, it } from 'vitest'

import type { AttemptStore } from '../../lib/ports.ts'

const noon = Date.parse('2026-11-22T12:00:00+08:00')
const messages = (from: number, count: number) => Array.from({ length: count }, (_, index) => `message-${from + index}`)

/** What every store of attempts must do; `make` gives an empty one. */
export function attemptsContract(make: () => Promise<AttemptStore>): void {
  it('finds all attempts of a message in the order of time, and nothing of others', async () => {
    const store = await make()
    await store.write({ id: 'b', at: noon + 180_000, messageIds: messages(50, 100) })
    await store.write({ id: 'a', at: noon, messageIds: messages(0, 100) })
    expect(await store.attemptsOf(['message-7', 'message-70', 'unknown'], noon)).toEqual(
      new Map([
        ['message-7', [noon]],
        ['message-70', [noon, noon + 180_000]],
      ]),
    )
  })

  it('keeps two attempts of one instant apart, and writes over one by its id', async () => {
    const store = await make()
    const one = { id: 'a', at: noon, messageIds: messages(0, 3) }
    await store.write(one)
    await store.write({ id: 'b', at: noon, messageIds: messages(3, 3) })
    await store.write({ ...one, messageIds: ['message-2'] })
    expect([...(await store.attemptsOf(messages(0, 6), noon)).keys()].toSorted()).toEqual(messages(2, 4))
  })

  it('looks no further back than it is told, but for a minute by which clocks may differ', async () => {
    const store = await make()
    await store.write({ id: 'a', at: noon, messageIds: ['message-1'] })
    expect((await store.attemptsOf(['message-1'], noon + 59_000)).size).toBe(1)
    expect((await store.attemptsOf(['message-1'], noon + 61_000)).size).toBe(0)
  })

  it('takes an attempt that is amended to none', async () => {
    const store = await make()
    await store.write({ id: 'a', at: noon, messageIds: ['message-1'] })
    await store.write({ id: 'a', at: noon, messageIds: [] })
    expect((await store.attemptsOf(['message-1'], noon)).size).toBe(0)
  })
}

import { expect, it } from 'vitest'

import type { Delivery } from '../../lib/delivery.ts'
import type { DeliveryStore, Now } from '../../lib/ports.ts'

const msgid = '3599307433715204104'
const delivery = (more: Partial<Delivery> = {}): Delivery => ({
  id: 'order-1:paid',
  state: 'accepted',
  attempts: 1,
  at: '2026-11-22T01:30:00.000Z',
  ...more,
})

/** What every store of deliveries must do; `make` gives an empty one that goes by this clock. */
export function deliveryStoreContract(make: (now: Now) => Promise<DeliveryStore>): void {
  const clock = () => Date.parse('2026-11-22T02:00:00Z')

  it('answers what was recorded, every field and all digits of the msgid', async () => {
    const store = await make(clock)
    const full = delivery({ state: 'dropped', reason: 'gone', errcode: 43004, rid: 'a-b-c' })
    await store.record(full)
    await store.record(delivery({ id: 'other', msgid }))
    const found = await store.read(['order-1:paid', 'other', 'unknown'])
    expect(found).toEqual(
      new Map([
        ['order-1:paid', full],
        ['other', delivery({ id: 'other', msgid })],
      ]),
    )
  })

  it('keeps by which receives an event was parked and in what doubt, tells nobody, and forgets it with the next record', async () => {
    const store = await make(clock)
    const parked = delivery({ state: 'parked', errcode: 45009 })
    const parkings = [{ receive: 'one/1' }, { receive: 'other/2', doubtSince: 1_795_312_000_000 }]
    await Promise.all(parkings.map(it => store.record(parked, [it])))
    const mark = (await store.read([parked.id])).get(parked.id)
    expect(mark).toEqual({ ...parked, parkings: expect.arrayContaining(parkings) })
    expect(mark?.parkings).toHaveLength(2)
    expect(await store.find(parked.id)).toEqual(parked)
    await store.record(delivery({ state: 'dropped', reason: 'gone' }))
    expect((await store.read([parked.id])).get(parked.id)).toEqual(delivery({ state: 'dropped', reason: 'gone' }))
  })

  it('replaces what is not sent, and never what is or may be', async () => {
    const store = await make(clock)
    await store.record(delivery({ state: 'parked', errcode: 45009 }))
    await store.record(delivery({ msgid, attempts: 2 }))
    await store.record(delivery({ state: 'dropped', reason: 'late' }))
    await store.record(delivery({ msgid: '1', attempts: 3 }))
    expect((await store.read(['order-1:paid'])).get('order-1:paid')).toEqual(delivery({ msgid, attempts: 2 }))
  })

  it('writes accepted ones whatever is stored: WeChat took them', async () => {
    const store = await make(clock)
    await store.record(delivery({ state: 'parked', errcode: 45009 }))
    const many = Array.from({ length: 60 }, (_, index) => delivery({ id: `order-${index}`, msgid: `${index}` }))
    expect(await store.accept([delivery({ msgid, attempts: 2 }), ...many])).toEqual(new Set())
    expect((await store.read(['order-1:paid'])).get('order-1:paid')).toEqual(delivery({ msgid, attempts: 2 }))
    expect((await store.read(many.map(it => it.id))).size).toBe(60)
  })

  it('finds a delivery with its receipt, whichever came first, and by the first receipt', async () => {
    const store = await make(clock)
    const receipt = { state: 'blocked', reason: 'user block', at: '2026-11-22T01:31:00.000Z' } as const
    expect(await store.find('order-1:paid')).toBeUndefined()
    await store.keepReceipt(msgid, receipt)
    await store.keepReceipt(msgid, { state: 'delivered', at: '2026-11-22T01:32:00.000Z' })
    await store.accept([delivery({ msgid }), delivery({ id: 'other', msgid: '7' })])
    expect(await store.find('order-1:paid')).toEqual(delivery({ msgid, ...receipt }))
    expect(await store.find('other')).toEqual(delivery({ id: 'other', msgid: '7' }))
    await store.keepReceipt('7', { state: 'delivered', at: '2026-11-22T01:33:00.000Z' })
    expect(await store.find('other')).toMatchObject({ state: 'delivered', at: '2026-11-22T01:33:00.000Z' })
    expect((await store.read(['other'])).get('other')?.state).toBe('accepted')
  })

  it('finds the event of a msgid, where it keeps an index', async () => {
    const store = await make(clock)
    await store.accept([delivery({ msgid })])
    expect([await store.eventOf(msgid), await store.eventOf('7')]).toEqual(['order-1:paid', undefined])
  })

  it('forgets a delivery after 15 days, whether or not the row is deleted yet', async () => {
    let now = clock()
    const store = await make(() => now)
    await store.record(delivery({ msgid }))
    now += 15 * 86_400_000 + 1000
    expect((await store.read(['order-1:paid'])).size).toBe(0)
    await store.record(delivery({ state: 'dropped', reason: 'not-following' }))
    expect((await store.read(['order-1:paid'])).get('order-1:paid')?.state).toBe('dropped')
  })
}

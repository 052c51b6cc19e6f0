import { describe, expect, test } from 'vitest'
import type { Now } from '../../lib/ports.ts'
import type { Delivery } from '../../lib/send/delivery.ts'
import type { DeliveryStore } from '../../lib/send/ports.ts'
import { officialAppid as official, otherOfficialAppid as other } from '../ids.ts'

const msgid = '3599307433715204104'
const delivery = (more: Partial<Delivery> = {}): Delivery => ({
  id: 'order-1:paid',
  state: 'accepted',
  official,
  attempts: 1,
  at: '2026-11-22T01:30:00.000Z',
  ...more,
})

/** What every store of deliveries must do; `make` gives an empty one that goes by this clock. */
export function deliveryStoreContract(make: (now: Now) => Promise<DeliveryStore>): void {
  /** Where it does not matter which copy says something, one does. */
  const open = async (now: Now) => {
    const store = await make(now)
    const record = (it: Delivery, copy = 'good') => store.record(it, copy)
    const recordWaiting = (it: Delivery, pushedAt: string, copy = 'good') => store.recordWaiting(it, { pushedAt, copy })
    return { ...store, record, recordWaiting }
  }
  const clock = () => Date.parse('2026-11-22T02:00:00Z')
  const it = test.extend('store', () => open(clock))

  it('answers what was recorded, every field and all digits of the msgid', async ({ store }) => {
    const full = delivery({ state: 'dropped', reason: 'gone', errcode: 43004, rid: 'a-b-c' })
    await store.record(full)
    await store.record(delivery({ id: 'other', msgid }))
    const found = await store.read(['order-1:paid', 'other', 'unknown'])
    expect(found).toEqual(
      new Map([
        ['order-1:paid', { delivery: full }],
        ['other', { delivery: delivery({ id: 'other', msgid }) }],
      ]),
    )
  })

  it('answers for more events than one request takes', async ({ store }) => {
    const ids = Array.from({ length: 250 }, (_, number) => `order-${number}`)
    await store.accept(ids.map(id => delivery({ id, msgid })))
    const found = await store.read([...ids, 'unknown'])
    expect([...found.keys()].toSorted()).toEqual(ids.toSorted())
  })

  it('remembers that an event may have been sent, while it waits and until it is decided, and tells nobody', async ({
    store,
  }) => {
    const uncertainty = { since: clock() - 60_000, windows: 2, why: 'no answer', official }
    expect(await store.recordUncertainty('order-1:paid', uncertainty)).toBe(true)
    expect([await store.find('order-1:paid'), await markOf(store)]).toEqual([undefined, { uncertainty }])
    const parked = delivery({ state: 'parked', errcode: 45009 })
    expect(await store.record(parked)).toBe(true)
    expect([await store.find('order-1:paid'), await markOf(store)]).toEqual([parked, { uncertainty, delivery: parked }])
    expect(await store.recordUncertainty('order-1:paid', { ...uncertainty, windows: 3 })).toBe(true)
    expect(await markOf(store)).toEqual({ uncertainty: { ...uncertainty, windows: 3 } })
    await store.accept([delivery({ msgid })])
    expect(await markOf(store)).toEqual({ delivery: delivery({ msgid }) })
    expect(await store.recordUncertainty('order-1:paid', uncertainty)).toBe(false)
    expect(await markOf(store)).toEqual({ delivery: delivery({ msgid }) })
  })

  it.for(['dropped', 'rejected'] as const)('does not say %s of what may have been sent', async (state, { store }) => {
    const uncertainty = { since: clock(), windows: 1, why: 'no answer', official }
    await store.recordUncertainty('order-1:paid', uncertainty)
    expect(await store.record(delivery({ state, reason: 'expired' }))).toBe(false)
    expect(await markOf(store)).toEqual({ uncertainty })
    const doubt = delivery({ state: 'in-doubt', reason: 'it may have been sent' })
    expect(await store.record(doubt)).toBe(true)
    expect(await markOf(store)).toEqual({ delivery: doubt })
  })

  it('replaces what is not sent, and never what is or may be', async ({ store }) => {
    await store.record(delivery({ state: 'parked', errcode: 45009 }))
    await store.record(delivery({ msgid, attempts: 2 }))
    expect(await store.record(delivery({ state: 'dropped', reason: 'late' }))).toBe(false)
    expect(await store.record(delivery({ state: 'rejected', reason: 'bad' }))).toBe(false)
    expect(await store.record(delivery({ msgid: '1', attempts: 3 }))).toBe(false)
    expect(await markOf(store)).toEqual({ delivery: delivery({ msgid, attempts: 2 }) })
  })

  const waiting = (more: Partial<Delivery> = {}) =>
    delivery({ state: 'waiting', reason: 'later', attempts: 2, nextTryAt: '2026-11-22T02:05:00.000Z', ...more })
  const before = '2026-11-22T01:00:00.000Z'

  it('tells what an event waits for, and of each later state nothing of that', async ({ store }) => {
    expect(await store.recordWaiting(waiting({ errcode: 43117 }), before)).toBe(true)
    expect(await store.find('order-1:paid')).toEqual(waiting({ errcode: 43117 }))
    expect(await store.recordWaiting(waiting({ reason: 'another' }), before)).toBe(true)
    expect(await markOf(store)).toEqual({ delivery: waiting({ reason: 'another' }) })
    for (const state of ['parked', 'dropped'] as const) {
      expect(await store.record(delivery({ state }))).toBe(true)
      expect(await store.find('order-1:paid')).toEqual(delivery({ state }))
      await store.recordWaiting(waiting(), '2026-11-22T01:31:00.000Z')
    }
    await store.accept([delivery({ msgid })])
    expect(await store.find('order-1:paid')).toEqual(delivery({ msgid }))
  })

  it.for(['accepted', 'delivered', 'blocked', 'failed', 'in-doubt', 'dropped', 'rejected'] as const)(
    'does not say that it waits over %s, which it became since it was pushed',
    async (state, { store }) => {
      const end = delivery({ state, reason: 'so it is' })
      await store.record(end)
      expect(await store.recordWaiting(waiting(), before)).toBe(false)
      expect(await store.recordWaiting(waiting(), end.at)).toBe(false)
      expect(await markOf(store)).toEqual({ delivery: end })
    },
  )

  it('says that it waits when it was pushed anew, after it had been dropped', async ({ store }) => {
    await store.record(delivery({ state: 'dropped', reason: 'not-following', errcode: 43004, rid: 'a-b' }))
    expect(await store.recordWaiting(waiting(), '2026-11-22T01:30:00.001Z')).toBe(true)
    expect(await markOf(store)).toEqual({ delivery: waiting() })
  })

  describe('of two copies of an event', () => {
    const dropped = delivery({ state: 'dropped', reason: 'expired' })

    it.for(['dropped', 'rejected'] as const)('one that is %s ends no other that waits', async (state, { store }) => {
      await store.recordWaiting(waiting(), before, 'good')
      expect(await store.record(delivery({ state }), 'other')).toBe(false)
      expect(await store.find('order-1:paid')).toEqual(waiting())
      const parked = delivery({ state: 'parked', errcode: 45009 })
      expect(await store.record(parked, 'good')).toBe(true)
      expect(await store.record(delivery({ state }), 'other')).toBe(false)
      expect(await store.find('order-1:paid')).toEqual(parked)
    })

    it('one that waited comes to its own end, and is judged anew no more', async ({ store }) => {
      await store.recordWaiting(waiting(), before, 'good')
      expect(await store.record(dropped, 'good')).toBe(true)
      expect(await store.recordWaiting(waiting(), before, 'good')).toBe(false)
      expect(await store.find('order-1:paid')).toEqual(dropped)
    })

    it.for(['dropped', 'rejected'] as const)(
      'one that waits says so although another was %s since',
      async (state, { store }) => {
        await store.record(delivery({ state }), 'other')
        expect(await store.recordWaiting(waiting(), before, 'good')).toBe(true)
        expect(await store.find('order-1:paid')).toEqual(waiting())
        expect(await store.record(delivery({ state }), 'other')).toBe(false)
      },
    )

    it('the one that is on the phone is told of, whatever became of the other', async ({ store }) => {
      await store.recordWaiting(waiting(), before, 'good')
      await store.accept([delivery({ msgid })])
      expect(await store.record(dropped, 'other')).toBe(false)
      expect(await store.recordWaiting(waiting(), before, 'other')).toBe(false)
      expect(await store.find('order-1:paid')).toEqual(delivery({ msgid }))
      const doubt = delivery({ id: 'order-2', state: 'in-doubt', reason: 'it may have been sent' })
      await store.recordWaiting(waiting({ id: 'order-2' }), before, 'good')
      expect(await store.record(doubt, 'other')).toBe(true)
      expect(await store.find('order-2')).toEqual(doubt)
    })
  })

  it('keeps what may have been sent while it says that the event waits, and is written over by more of that', async ({
    store,
  }) => {
    const uncertainty = { since: clock() - 60_000, windows: 2, why: 'no answer', official }
    await store.recordUncertainty('order-1:paid', uncertainty)
    expect(await store.recordWaiting(waiting(), before)).toBe(true)
    expect(await markOf(store)).toEqual({ uncertainty, delivery: waiting() })
    expect(await store.record(delivery({ state: 'dropped', reason: 'expired' }))).toBe(false)
    expect(await markOf(store)).toEqual({ uncertainty, delivery: waiting() })
    expect(await store.recordUncertainty('order-1:paid', { ...uncertainty, windows: 3 })).toBe(true)
    expect(await markOf(store)).toEqual({ uncertainty: { ...uncertainty, windows: 3 } })
  })

  it('takes nothing over from a row that is over when an event begins to wait', async () => {
    let now = clock()
    const store = await open(() => now)
    await store.recordUncertainty('order-1:paid', { since: now, windows: 1, why: 'no answer', official })
    now += 15 * 86_400_000 + 1000
    expect(await store.recordWaiting(waiting(), before)).toBe(true)
    expect(await markOf(store)).toEqual({ delivery: waiting() })
    await store.accept([delivery({ msgid })])
    now += 15 * 86_400_000 + 1000
    expect(await store.recordWaiting(waiting(), before)).toBe(true)
    expect(await markOf(store)).toEqual({ delivery: waiting() })
  })

  it('writes accepted ones whatever is stored: WeChat took them', async ({ store }) => {
    await store.record(delivery({ state: 'parked', errcode: 45009 }))
    const many = Array.from({ length: 60 }, (_, index) => delivery({ id: `order-${index}`, msgid: `${index}` }))
    expect(await store.accept([delivery({ msgid, attempts: 2 }), ...many])).toEqual(new Set())
    expect(await markOf(store)).toEqual({ delivery: delivery({ msgid, attempts: 2 }) })
    expect((await store.read(many.map(it => it.id))).size).toBe(60)
  })

  it('finds a delivery with its receipt, whichever came first, and by the first receipt', async ({ store }) => {
    const receipt = { state: 'blocked', reason: 'user block', at: '2026-11-22T01:31:00.000Z' } as const
    expect(await store.find('order-1:paid')).toBeUndefined()
    await store.keepReceipt({ official, msgid }, receipt)
    await store.keepReceipt({ official, msgid }, { state: 'delivered', at: '2026-11-22T01:32:00.000Z' })
    await store.accept([delivery({ msgid }), delivery({ id: 'other', msgid: '7' })])
    expect(await store.find('order-1:paid')).toEqual(delivery({ msgid, ...receipt }))
    expect(await store.find('other')).toEqual(delivery({ id: 'other', msgid: '7' }))
    await store.keepReceipt({ official, msgid: '7' }, { state: 'delivered', at: '2026-11-22T01:33:00.000Z' })
    expect(await store.find('other')).toMatchObject({ state: 'delivered', at: '2026-11-22T01:33:00.000Z' })
    expect((await store.read(['other'])).get('other')?.delivery?.state).toBe('accepted')
  })

  it('takes the receipt of another account by the same msgid for none of this one', async ({ store }) => {
    const byOther = delivery({ id: 'order-2:paid', official: other, msgid })
    await store.accept([delivery({ msgid }), byOther])
    await store.keepReceipt({ official: other, msgid }, { state: 'delivered', at: '2026-11-22T01:32:00.000Z' })
    expect(await store.find('order-1:paid')).toEqual(delivery({ msgid }))
    expect(await store.find('order-2:paid')).toMatchObject({ official: other, state: 'delivered' })
  })

  it('finds the event of a msgid, where it keeps an index', async ({ store }) => {
    await store.accept([delivery({ msgid })])
    const found = [
      { official, msgid },
      { official, msgid: '7' },
      { official: other, msgid },
    ].map(store.eventOf)
    expect(await Promise.all(found)).toEqual(['order-1:paid', undefined, undefined])
  })

  it('forgets a delivery after 15 days, whether or not the row is deleted yet', async () => {
    let now = clock()
    const store = await open(() => now)
    await store.record(delivery({ msgid }))
    now += 15 * 86_400_000 + 1000
    expect((await store.read(['order-1:paid'])).size).toBe(0)
    await store.record(delivery({ state: 'dropped', reason: 'not-following' }))
    expect((await markOf(store))?.delivery?.state).toBe('dropped')
    now += 15 * 86_400_000 + 1000
    // What a row said once must not come back with what is learnt anew.
    await store.recordUncertainty('order-1:paid', { since: now, windows: 1, why: 'no answer', official })
    expect((await markOf(store))?.delivery).toBeUndefined()
  })
}

async function markOf(store: Pick<DeliveryStore, 'read'>) {
  return (await store.read(['order-1:paid'])).get('order-1:paid')
}

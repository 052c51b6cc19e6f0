import { describe, expect, test } from 'vitest'
import type { Now } from '../../lib/ports.ts'
import { type Delivery, listedStates } from '../../lib/send/delivery.ts'
import type { DeliveryList, DeliveryStore, ListingOrder } from '../../lib/send/ports.ts'
import { officialAppid as official, otherOfficialAppid as other } from '../ids.ts'

export type Listed = DeliveryStore & DeliveryList

const noon = Date.parse('2026-11-22T12:00:00Z')
const instant = (ms: number) => new Date(noon + ms).toISOString()
const delivery = (more: Partial<Delivery> = {}): Delivery => ({
  id: 'order-1:paid',
  state: 'dropped',
  official,
  attempts: 1,
  at: instant(0),
  ...more,
})
const pushedAt = instant(-60_000)
const receipt = { state: 'blocked', reason: 'user block', at: instant(5000) } as const

/** What every list of deliveries must do, beside its store; `make` gives an empty one that goes by this clock. */
export function deliveryListContract(make: (now: Now) => Promise<Listed>): void {
  const it = test.extend('store', () => make(() => noon))
  const list = async (store: Listed, order: Partial<ListingOrder> = {}) =>
    (await store.page({ states: listedStates, ...order })).deliveries
  const ids = async (store: Listed, order: Partial<ListingOrder> = {}) => (await list(store, order)).map(it => it.id)

  it('lists whatever waits or came to another end, the newest first, with all that is known', async ({ store }) => {
    const waiting = delivery({
      id: 'w',
      state: 'waiting',
      at: instant(1),
      nextTryAt: instant(9),
      template: 'order-paid',
    })
    const parked = delivery({ id: 'p', state: 'parked', at: instant(2), errcode: 45009, rid: 'a-b-c' })
    const doubt = delivery({ id: 'd', state: 'in-doubt', at: instant(3), reason: 'no answer' })
    const rejected = delivery({ id: 'r', state: 'rejected', at: instant(4), reason: 'bad' })
    await store.recordWaiting(waiting, { copy: 'one', pushedAt })
    for (const one of [parked, rejected, doubt, delivery()]) await store.record(one, 'one')
    await store.accept([delivery({ id: 'gone', state: 'accepted', msgid: '7' })])
    await store.keepReceipt({ official, msgid: '7' }, receipt)
    const blocked = { ...receipt, id: 'gone', official, msgid: '7' }
    expect(await list(store)).toEqual([blocked, rejected, doubt, parked, waiting, delivery()])
  })

  it('has nothing of what WeChat took, and of what was delivered', async ({ store }) => {
    await store.accept([delivery({ state: 'accepted', msgid: '7' }), delivery({ id: 'other', state: 'accepted' })])
    await store.keepReceipt({ official, msgid: '7' }, { state: 'delivered', at: instant(1) })
    await store.recordUncertainty('third', { since: noon, windows: 1, why: 'no answer', official })
    expect(await list(store)).toEqual([])
  })

  it('tells each state alone, and each template', async ({ store }) => {
    for (const state of ['dropped', 'rejected', 'parked'] as const)
      await store.record(delivery({ id: state, state, template: state === 'parked' ? 'late' : 'order-paid' }), 'one')
    expect(await ids(store, { states: ['rejected'] })).toEqual(['rejected'])
    expect(await ids(store, { template: 'late' })).toEqual(['parked'])
    expect(await ids(store, { states: ['rejected'], template: 'late' })).toEqual([])
  })

  it('begins at an instant, that of the state included', async ({ store }) => {
    await store.record(delivery({ id: 'before', at: instant(-1) }), 'one')
    await store.record(delivery({ id: 'then' }), 'one')
    await store.record(delivery({ id: 'after', at: instant(1) }), 'one')
    expect(await ids(store, { since: instant(0) })).toEqual(['after', 'then'])
  })

  // DynamoDB refuses a range that ends before it begins: GET /deliveries answered 500.
  it('has nothing left where it goes on before its beginning', async ({ store }) => {
    await store.record(delivery({ id: 'before', at: instant(-1) }), 'one')
    await store.record(delivery({ id: 'then' }), 'one')
    const order = { states: listedStates, since: instant(0), after: `${instant(-1)}#order-2` }
    expect(await store.page(order)).toEqual({ deliveries: [] })
  })

  describe('lets go of what leaves its state:', () => {
    const waits = (store: Listed) => store.recordWaiting(delivery({ state: 'waiting' }), { copy: 'one', pushedAt })

    it('for a phone', async ({ store }) => {
      await waits(store)
      await store.accept([delivery({ state: 'accepted', msgid: '7' })])
      expect(await list(store)).toEqual([])
    })

    it('for another state, in which it is listed once', async ({ store }) => {
      await waits(store)
      await store.record(delivery({ state: 'parked', at: instant(1) }), 'one')
      expect(await list(store)).toEqual([delivery({ state: 'parked', at: instant(1) })])
      expect(await ids(store, { states: ['waiting'] })).toEqual([])
    })

    it('for an uncertainty, which is no state', async ({ store }) => {
      await waits(store)
      await store.recordUncertainty('order-1:paid', { since: noon, windows: 1, why: 'no answer', official })
      expect(await list(store)).toEqual([])
    })

    it('and not when another copy may not end it', async ({ store }) => {
      await waits(store)
      await store.record(delivery({ state: 'dropped', at: instant(1) }), 'other')
      expect(await list(store)).toEqual([delivery({ state: 'waiting' })])
    })
  })

  it('gives page after page, each row once, also those of one instant', async ({ store }) => {
    const all = Array.from({ length: 120 }, (_, index) => `order-${index}`)
    const write = (id: string, index: number) =>
      store.record(delivery({ id, state: 'parked', at: instant(Math.floor(index / 30)) }), 'one')
    await Promise.all(all.map(write))
    const found: (string | undefined)[] = []
    const sizes: number[] = []
    let after: string | undefined
    do {
      const page = await store.page({ states: listedStates, ...(after === undefined ? {} : { after }) })
      found.push(...page.deliveries.map(it => it.id))
      sizes.push(page.deliveries.length)
      after = page.next
    } while (after !== undefined)
    expect([sizes, found.toSorted()]).toEqual([[50, 50, 20], all.toSorted()])
    expect(found.slice(0, 30).toSorted()).toEqual(all.slice(90).toSorted())
  })

  it('names a receipt by its msgid alone where the event is not known', async ({ store }) => {
    await store.keepReceipt({ official: other, msgid: '8' }, { ...receipt, state: 'failed' })
    expect(await list(store)).toEqual([{ ...receipt, state: 'failed', official: other, msgid: '8' }])
  })

  it('forgets after 15 days, whether or not the row is deleted yet', async () => {
    let now = noon
    const store = await make(() => now)
    await store.record(delivery(), 'one')
    now += 15 * 86_400_000 + 1000
    expect(await list(store)).toEqual([])
  })
}

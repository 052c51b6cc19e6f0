import { describe, expect, it } from 'vitest'

import { appids, boxApps as apps } from '../../kit/app.ts'
import { memoryDeliveries, memoryLinks } from '../../kit/memory-stores.ts'
import { getPerson } from '../../lib/console/person.ts'
import { getQueues } from '../../lib/console/queues.ts'
import { getTimeline } from '../../lib/console/timeline.ts'
import { getWaits } from '../../lib/console/waits.ts'
import type { Delivery } from '../../lib/send/delivery.ts'
import { id } from '../ids.ts'

const { official } = appids
const noon = Date.parse('2026-11-22T12:00:00Z')
const instant = (ms: number) => new Date(noon + ms).toISOString()
const deliveries = () => memoryDeliveries(() => noon)
const delivery = (more: Partial<Delivery>): Delivery => ({
  ...{ id: 'order-1:paid', state: 'waiting', official, attempts: 2, at: instant(0) },
  ...more,
})

describe('the timeline of an event', () => {
  const steps = async (store: ReturnType<typeof deliveries>) =>
    (await getTimeline('order-1:paid', { deliveries: store, apps })).steps

  it('tells the tries, WeChat’s answer, and until when it was put off', async () => {
    const store = deliveries()
    const waits = delivery({ reason: 'config: 40164', errcode: 40164, rid: 'a-b-c', nextTryAt: instant(9) })
    await store.recordWaiting(waits, { copy: 'one', pushedAt: instant(-1) })
    expect(await steps(store)).toEqual([
      { step: 'tries', count: 2 },
      { step: 'called', at: instant(0), errcode: 40164, rid: 'a-b-c' },
      { step: 'waits', at: instant(0), state: 'waiting', reason: 'config: 40164', nextTryAt: instant(9) },
    ])
  })

  it('tells what WeChat took, and what its receipt says', async () => {
    const store = deliveries()
    await store.accept([delivery({ state: 'accepted', msgid: '7' })])
    await store.keepReceipt({ official, msgid: '7' }, { state: 'blocked', reason: 'user block', at: instant(5) })
    const told = await getTimeline('order-1:paid', { deliveries: store, apps })
    expect(told.steps.slice(1)).toEqual([
      { step: 'called', at: instant(0), errcode: 0 },
      { step: 'accepted', at: instant(0), state: 'accepted', msgid: '7' },
      { step: 'receipt', at: instant(5), state: 'blocked', reason: 'user block' },
    ])
    expect(told.delivery).toMatchObject({ state: 'blocked', from: 'official' })
  })

  it('tells of a call that nobody answered, also where nothing else is known', async () => {
    const store = deliveries()
    await store.recordUncertainty('order-1:paid', { since: noon, windows: 1, why: 'no answer', official })
    expect(await steps(store)).toEqual([{ step: 'unanswered', since: instant(0), windows: 1, why: 'no answer' }])
  })

  it.for([
    ['order-2', 'event-unknown'],
    ['no id', 'event-id-invalid'],
  ] as const)('is none of %s', async ([name, code]) => {
    await expect(getTimeline(name, { deliveries: deliveries(), apps })).rejects.toMatchObject({ code })
  })
})

it('what waits is told by its reason, the most first, and when the first of them is tried next', async () => {
  const store = deliveries()
  const wait = (name: string, reason: string, more: Partial<Delivery> = {}) =>
    store.recordWaiting(delivery({ id: name, reason, template: 'order-paid', ...more }), {
      copy: name,
      pushedAt: instant(-1),
    })
  await wait('a', 'WeChat is away', { nextTryAt: instant(90) })
  await wait('b', 'WeChat is away', { nextTryAt: instant(60), at: instant(5) })
  await wait('c', 'config: 40164')
  await store.record(delivery({ id: 'd', state: 'dropped' }), 'd')
  expect(await getWaits({ list: store })).toEqual({
    groups: [
      {
        ...{ state: 'waiting', reason: 'WeChat is away', template: 'order-paid', count: 2 },
        ...{ newest: instant(5), oldest: instant(0), nextTryAt: instant(60) },
      },
      {
        state: 'waiting',
        reason: 'config: 40164',
        template: 'order-paid',
        count: 1,
        newest: instant(0),
        oldest: instant(0),
      },
    ],
    isAll: true,
  })
})

it('queues are told with what they are for, and without those that the stage has not', async () => {
  const size = { ready: 1, later: 0, inWork: 0 }
  const queues = { size: async (name: string) => (name.startsWith('image-checks') ? undefined : size) }
  const told = (await getQueues({ queues, apps })).map(it => `${it.name} ${it.purpose}`)
  expect(told).toContain('events-official-parked held')
  expect(told).toContain('events-review aside')
  expect(told.filter(it => it.includes('image-checks'))).toEqual([])
})

describe('a person', () => {
  const unionid = id('uQ1w2E3r4T5y6U7i8O9p0AsDfGhJ')
  const openid = id('oA1bcdefghijklmnopqrstuvwOpQ')
  const open = async () => {
    const links = memoryLinks()
    const row = { openid, unionid, following: false, at: noon / 1000 }
    await links.of(official).writeFollower(row, undefined)
    return { links, upkeep: links, apps }
  }

  it('is told by all their ids, masked, with why nothing reaches them', async () => {
    const told = await getPerson({ unionid }, false, await open())
    expect(told).toMatchObject({ reach: 'not-following', hint: expect.stringContaining('follow') })
    expect(told.all).toMatchObject([{ official: 'official', reach: 'not-following' }])
    expect(told.ids).toContainEqual({ kind: 'openid', id: 'oA1b…OpQ', app: 'official' })
    expect(JSON.stringify(told)).not.toContain(unionid)
  })

  it('is told whole to whoever asks', async () => {
    const { ids } = await getPerson({ openid }, true, await open())
    expect(ids.map(it => it.id).toSorted()).toEqual([openid, unionid].toSorted())
  })
})

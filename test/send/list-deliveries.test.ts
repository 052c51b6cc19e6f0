import { describe, expect, it } from 'vitest'

import { createHandler } from '../../functions/deliveries.ts'
import { boxApps as apps } from '../../kit/app.ts'
import { clientOf, openMemoryTables } from '../../kit/memory-dynamo.ts'
import { memoryDeliveries } from '../../kit/memory-stores.ts'
import { createDeliveryStore } from '../../lib/adapters/dynamo/deliveries.ts'
import { type Delivery, listedStates } from '../../lib/send/delivery.ts'
import { parseListing } from '../../lib/send/list-deliveries.ts'
import { context, requestOf } from '../functions/context.ts'

const now = () => Date.parse('2026-11-22T12:00:00Z')
const at = '2026-11-22T12:00:00.000Z'
const [{ appid: official } = expect.fail('no account')] = apps.officials

function open() {
  const deliveries = memoryDeliveries(now)
  const handler = createHandler(async () => ({ deliveries, list: deliveries, apps }))
  const ask = async (query: Record<string, string>) => {
    const { statusCode, body = '' } = await handler(requestOf({ queryStringParameters: query }), context)
    return { status: statusCode, body: JSON.parse(body) }
  }
  return { ...deliveries, ask }
}
const dropped = (id: string): Delivery => ({ id, state: 'dropped', official, attempts: 1, at, reason: 'unknown' })

it('what is simply delivered is never written to the index', async () => {
  const tables = openMemoryTables()
  const store = createDeliveryStore(clientOf(tables), 'deliveries', { now, isIndexed: true })
  await store.accept([{ ...dropped('order-1'), state: 'accepted', msgid: '7' }])
  await store.keepReceipt({ official, msgid: '7' }, { state: 'delivered', at })
  const rows = [...(tables.get('deliveries')?.items.values() ?? [])]
  expect(rows).toHaveLength(3)
  expect(rows.filter(it => 'listed' in it || 'listedAt' in it)).toEqual([])
})

describe('GET /deliveries', () => {
  it('lists what is not delivered, with the account by its name', async () => {
    const { ask, record } = open()
    await record(dropped('order-1:paid'), 'one')
    const { official: _, ...told } = dropped('order-1:paid')
    expect(await ask({})).toEqual({ status: 200, body: { deliveries: [{ ...told, from: 'official' }] } })
  })

  it('leads from page to page by next', async () => {
    const { ask, record } = open()
    for (let index = 0; index < 60; index++) await record(dropped(`order-${index}`), 'one')
    const first = await ask({ state: 'dropped' })
    const second = await ask({ state: 'dropped', next: first.body.next })
    const ids = [...first.body.deliveries, ...second.body.deliveries].map((it: Delivery) => it.id)
    expect([first.body.deliveries.length, new Set(ids).size, second.body.next]).toEqual([50, 60, undefined])
  })

  it('looks at a thousand rows at most, and says where it stopped', async () => {
    const { ask, record } = open()
    for (let index = 0; index < 1005; index++) await record({ ...dropped(`order-${index}`), template: 'usual' }, 'one')
    const first = await ask({ template: 'seldom' })
    expect(first.body).toEqual({ deliveries: [], next: expect.any(String) })
    expect((await ask({ template: 'seldom', next: first.body.next })).body).toEqual({ deliveries: [] })
  })

  it.for([
    [{ state: 'accepted' }, 'state is one or more of waiting, parked, in-doubt, rejected, dropped, failed, blocked'],
    [{ state: 'waiting,' }, 'state is'],
    [{ state: '' }, 'state is'],
    [{ template: '' }, 'template is'],
    [{ template: 'x'.repeat(65) }, 'template is'],
    [{ since: 'yesterday' }, 'since is'],
    [{ next: 'zzzz' }, 'next is'],
    [{ next: Buffer.from(`${at}#${'x'.repeat(300)}`).toString('base64url') }, 'next is'],
    [{ limit: '5' }, 'the parameters are'],
  ] as const)('refuses %j', async ([query, words]) => {
    const { status, body } = await open().ask({ ...query })
    expect([status, body.code]).toEqual([400, 'listing-invalid'])
    expect(body.detail).toContain(words)
  })

  it('reads states in any order, each once, and an instant in any zone', () => {
    expect(parseListing({ state: 'parked,waiting,parked', since: '2026-11-22T20:00:00+08:00' })).toEqual({
      states: ['waiting', 'parked'],
      since: at,
    })
    expect(parseListing({})).toEqual({ states: listedStates })
  })
})

import { expect, it } from 'vitest'
import { appids } from '../../kit/app.ts'
import { memoryDeliveries } from '../../kit/memory-stores.ts'
import { getDelivery } from '../../lib/send/deliveries.ts'
import type { Delivery } from '../../lib/send/delivery.ts'
import { stageApps } from '../idle-pair.ts'
import { officialAppid } from '../ids.ts'

const dropped: Delivery = {
  id: 'order-1:paid',
  state: 'dropped',
  reason: 'not-following',
  attempts: 1,
  at: '2026-11-22T01:30:00.000Z',
}
const refusal = (code: string, status: number) => expect.objectContaining({ name: 'RequestError', code, status })

async function openDeliveries() {
  const deliveries = memoryDeliveries(() => Date.parse(dropped.at))
  await deliveries.record(dropped, 'copy')
  return { deliveries, apps: stageApps }
}

it('finds what became of an event by its id', async () => {
  expect(await getDelivery(dropped.id, await openDeliveries())).toEqual(dropped)
})

it('names the account, by its appid once that is no longer in the list', async () => {
  const { deliveries, apps } = await openDeliveries()
  await deliveries.record({ ...dropped, official: appids.official }, 'copy')
  expect(await getDelivery(dropped.id, { deliveries, apps })).toEqual({ ...dropped, from: 'official' })
  await deliveries.record({ ...dropped, official: officialAppid }, 'copy')
  expect(await getDelivery(dropped.id, { deliveries, apps })).toEqual({ ...dropped, from: officialAppid })
})

it('knows no other event, and does not say that it was not pushed', async () => {
  const asked = getDelivery('order-2:paid', await openDeliveries())
  await expect(asked).rejects.toThrow(refusal('delivery-unknown', 404))
  await expect(asked).rejects.toThrow(/not worked on yet/)
})

it.each(['', 'a b', 'receipt#1', 'x'.repeat(129)])('takes %j for no id of an event', async id => {
  await expect(getDelivery(id, await openDeliveries())).rejects.toThrow(refusal('delivery-id-invalid', 400))
})

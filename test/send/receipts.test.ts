import { describe, expect, it } from 'vitest'
import { appids } from '../../kit/app.ts'
import type { Delivery } from '../../lib/send/delivery.ts'
import { keepReceipts } from '../../lib/send/receipts.ts'
import { officialAppid } from '../ids.ts'
import { openWorld } from '../world.ts'
import { openSend } from './send-world.ts'

const { official } = appids

describe('keepReceipts', () => {
  it.each([
    ['success', 'delivered', undefined],
    ['failed:user block', 'blocked', 'user block'],
    ['failed: system failed', 'failed', 'system failed'],
  ])('turns an accepted delivery by "%s" into %s', async (status, state, reason) => {
    const { send, phone, stateOf, deliveries, log, one } = await openSend()
    await send([one])
    const receipt = { messageId: 'a', official, msgid: phone()[0]?.msgid ?? '', status, at: 1_767_225_600, receives: 1 }
    expect(await keepReceipts([receipt], { deliveries, log })).toEqual([])
    expect(await stateOf('order-1')).toMatchObject({ state, ...(reason && { reason }), at: '2026-01-01T00:00:00.999Z' })
  })

  it('hands back what could not be written', async () => {
    const { deliveries, log } = await openSend()
    const receipts = ['1', '2'].map(msgid => ({
      messageId: msgid,
      official,
      msgid,
      status: 'success',
      at: 1,
      receives: 1,
    }))
    const away = {
      ...deliveries,
      keepReceipt: async (...kept: Parameters<typeof deliveries.keepReceipt>) =>
        kept[0].msgid === '1' ? Promise.reject(new Error('away')) : deliveries.keepReceipt(...kept),
    }
    expect(await keepReceipts(receipts, { deliveries: away, log })).toEqual(receipts.slice(0, 1))
  })
})

describe('a receipt', () => {
  it('is told with its event, also when it came before the delivery was written', async () => {
    const { deliveries, log } = await openWorld()
    const told: Delivery[] = []
    const results = { publish: async (list: readonly Delivery[]) => void told.push(...list) }
    const receipt = { messageId: 'a', official, msgid: '7', status: 'success', at: 1_767_225_600, receives: 1 }
    expect(await keepReceipts([receipt], { deliveries, results, log })).toEqual([receipt])
    await deliveries.accept([
      { id: 'order-1:paid', state: 'accepted', official, msgid: '7', attempts: 1, at: '2026-11-22T01:30:00.000Z' },
    ])
    expect(await keepReceipts([{ ...receipt, receives: 2 }], { deliveries, results, log })).toEqual([])
    expect(told).toMatchObject([{ id: 'order-1:paid', state: 'delivered', msgid: '7' }])
    expect(await keepReceipts([{ ...receipt, msgid: '8', receives: 5 }], { deliveries, results, log })).toEqual([])
    // A msgid is one of its account's: by another's nobody knows it.
    const other = { ...receipt, official: officialAppid }
    expect(await keepReceipts([other], { deliveries, results, log })).toEqual([other])
    expect(told).toHaveLength(1)
  })
})

import { describe, expect, it } from 'vitest'
import { carryOut, parseQuotaOrder, type QuotaOrder } from '../../lib/send/quota-order.ts'
import { slowDown } from '../../lib/send/send-pace.ts'
import { stageApps } from '../idle-pair.ts'
import { openWorld } from '../world.ts'

const path = '/cgi-bin/message/template/send'
const quotaPath = '/cgi-bin/openapi/quota/get'

async function openOrders() {
  const world = await openWorld()
  const { gate, now, sleep } = world
  const left = { urgent: 2, usual: 30 }
  const parked = {
    count: async () => ({ ...left }),
    async moveBack(kind: 'urgent' | 'usual', most: number) {
      const count = Math.min(most, left[kind])
      left[kind] -= count
      return count
    },
    moveOldBack: async () => ({ seen: 0, moved: 0 }),
  }
  const [app] = stageApps.officials
  const deps = { ...world.app('official'), app, gate, parked, reserve: 0, now, sleep }
  const order = (action: QuotaOrder['action'], more = {}) =>
    carryOut({ action }, [{ ...deps, ...more }], { until: Number.POSITIVE_INFINITY })
  await world.control('/quota', { app: 'official', path, day: 1_000, used: 1_000 })
  return { ...world, order }
}

describe('parseQuotaOrder', () => {
  it('takes what a schedule hands over for a tick', () => {
    const schedules = [
      undefined,
      null,
      {},
      { source: 'aws.events', 'detail-type': 'Scheduled Event' },
      { action: 'tick' },
    ]
    expect(schedules.map(it => parseQuotaOrder(it).action)).toEqual(Array(5).fill('tick'))
    expect(() => parseQuotaOrder({ action: 'open' })).toThrow()
  })
})

describe('an order by hand', () => {
  it('tells the quota, the gate and what waits, and moves nothing', async () => {
    const { order, gate, now } = await openOrders()
    const quota = { limit: 1_000, used: 1_000, remain: 0 }
    const parked = { urgent: 2, usual: 30 }
    expect(await order('status')).toEqual({ moved: 0, status: { quota, reserve: 0, parked } })
    const at = now()
    await gate.close({ until: at + 3_600_000, errcode: 45009, at })
    await gate.reserve(at + 1_000)
    await gate.setPace({ ...slowDown(undefined, { now: at, accepted: 100 }), revision: 1 })
    expect(await order('status', { reserve: 7 })).toEqual({
      moved: 0,
      status: {
        ...{ quota, parked, reserve: 7, reservedUntil: at + 1_000, pace: { perMinute: 95, nextAt: at + 62_000 } },
        ...{ closedUntil: at + 3_600_000, errcode: 45009, looksAt: at + 55_000 },
      },
    })
  })

  it('tells why WeChat tells no quota, and what to do', async () => {
    const { order, control } = await openOrders()
    await control('/allow-list', { app: 'official', addresses: ['203.0.113.9'] })
    const { status } = await order('status')
    expect(status?.quota).toBeUndefined()
    expect(status?.quotaUnknown).toMatch(/40164.*; \.\/queqiao doctor says what to do$/)
  })

  it('opens the gate though WeChat tells of no quota, with a share first', async () => {
    const { order, gate, now } = await openOrders()
    await gate.close({ until: now() + 3_600_000, errcode: 45009, at: now() })
    const opened = { moved: 5, isReopened: true, status: { parked: { urgent: 0, usual: 27 } } }
    expect(await order('reopen')).toMatchObject(opened)
    expect(await gate.read()).toEqual({ look: expect.objectContaining({ openedAt: now(), openedRemain: 0 }) })
  })

  it('opens nothing that is open', async () => {
    const { order, gate, calls } = await openOrders()
    expect(await order('reopen')).toMatchObject({ moved: 0, isReopened: false })
    expect(await gate.read()).toEqual({})
    expect(await calls(quotaPath)).toBe(1)
  })

  it('does not open what WeChat closes in this moment', async () => {
    const { order, gate, now } = await openOrders()
    const until = now() + 3_600_000
    await gate.close({ until, errcode: 45009, at: now() })
    const reopen = async () => false
    expect(await order('reopen', { gate: { ...gate, reopen } })).toMatchObject({
      moved: 0,
      isReopened: false,
      status: { closedUntil: until },
    })
  })
})

import { expect, test } from 'vitest'

import type { GateStore } from '../../lib/send/ports.ts'
import type { QuotaLook } from '../../lib/send/quota-look.ts'
import type { Pace } from '../../lib/send/send-pace.ts'

const look: QuotaLook = { closedAt: 10, nextAt: 20, waitMs: 30, falseTimes: 1, falseRemain: 40 }
const opened: QuotaLook = { nextAt: 20, waitMs: 30, falseTimes: 1, openedAt: 50, openedRemain: 60 }
const paceOf = (revision: number, more: Partial<Pace> = {}): Pace => ({
  ...{ revision, perMinute: 95.5, nextAt: 1000.25, heldUntil: 900, until: 5000, settlesAt: 2000, isFound: true },
  ...more,
})

/** What every store of the gate must do; `make` gives an empty one. */
export function gateContract(make: () => Promise<GateStore>): void {
  const it = test.extend('gate', () => make())
  it('is open at first, and never opens earlier than the latest that was said', async ({ gate }) => {
    expect(await gate.read()).toEqual({})
    await gate.close({ until: 200, errcode: 45009, at: 10 })
    await gate.close({ until: 100, errcode: 45011, at: 20 })
    expect(await gate.read()).toEqual({ closedUntil: 200, closedAt: 20, errcode: 45009 })
    await gate.reserve(50)
    await gate.reserve(40)
    await gate.close({ until: 300, errcode: 48006, at: 30 })
    expect(await gate.read()).toEqual({ closedUntil: 300, closedAt: 30, errcode: 48006, reservedUntil: 50 })
  })

  it('knows when it was closed last, though it stays closed until the same instant', async ({ gate }) => {
    await gate.close({ until: 200, errcode: 45009, at: 10 })
    await gate.close({ until: 200, errcode: 45009, at: 15 })
    await gate.close({ until: 200, errcode: 45009, at: 12 })
    expect(await gate.read()).toEqual({ closedUntil: 200, closedAt: 15, errcode: 45009 })
  })

  it('opens before its time, with what was seen', async ({ gate }) => {
    await gate.close({ until: 200, errcode: 45009, at: 10 })
    await gate.noteLook({ closedAt: 9 }, opened)
    await gate.noteLook({ closedAt: 10 }, look)
    const read = await gate.read()
    expect(read.look).toEqual(look)
    expect(await gate.reopen(read, opened)).toBe(true)
    expect(await gate.read()).toEqual({ look: opened })
  })

  it('does not open if WeChat refused a message meanwhile', async ({ gate }) => {
    await gate.close({ until: 200, errcode: 45009, at: 10 })
    const read = await gate.read()
    await gate.close({ until: 200, errcode: 45009, at: 11 })
    expect(await gate.reopen(read, opened)).toBe(false)
    expect(await gate.read()).toEqual({ closedUntil: 200, closedAt: 11, errcode: 45009 })
  })

  it('does not open what was opened, and closed for longer, meanwhile', async ({ gate }) => {
    await gate.close({ until: 200, errcode: 45009, at: 10 })
    const read = await gate.read()
    expect(await gate.reopen(read, opened)).toBe(true)
    expect(await gate.reopen(read, look)).toBe(false)
    await gate.close({ until: 300, errcode: 48006, at: 10 })
    expect(await gate.reopen(read, look)).toBe(false)
    expect(await gate.read()).toEqual({ closedUntil: 300, closedAt: 10, errcode: 48006, look: opened })
  })

  it('ends a reservation, but no later one', async ({ gate }) => {
    await gate.reserve(50)
    await gate.unreserve(40)
    expect(await gate.read()).toEqual({ reservedUntil: 50 })
    await gate.unreserve(50)
    expect(await gate.read()).toEqual({})
    await gate.unreserve(50)
    expect(await gate.read()).toEqual({})
  })

  it('lets one of two changes of the pace through at a time', async ({ gate }) => {
    const first = paceOf(1, { counted: { minute: 7, messages: 3 } })
    const tries = await Promise.all([gate.setPace(first), gate.setPace(first)])
    expect(tries.filter(it => it)).toHaveLength(1)
    expect(await gate.setPace(paceOf(3))).toBe(false)
    expect((await gate.read()).pace).toEqual(first)
    const second = paceOf(2, { told: 100, askedAt: 12 })
    expect(await gate.setPace(second)).toBe(true)
    expect(await gate.setPace(second)).toBe(false)
    expect(await gate.read()).toEqual({ pace: second })
  })
}

/** `make` gives the empty gates of two accounts, which share a table. */
export function gatesApartContract(make: () => Promise<readonly [GateStore, GateStore]>): void {
  test('closes, holds back and slows down its own account alone', async () => {
    const [one, other] = await make()
    await one.close({ until: 200, errcode: 45009, at: 10 })
    await one.reserve(50)
    await one.setPace(paceOf(1))
    expect(await other.read()).toEqual({})
    await other.close({ until: 300, errcode: 48006, at: 20 })
    expect(await one.read()).toMatchObject({ closedUntil: 200, errcode: 45009, reservedUntil: 50 })
  })
}

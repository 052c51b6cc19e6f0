import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { claimSlots, isPaced, isSlotKept, learn, type Pace, returnAt, slowDown } from '../../lib/send/send-pace.ts'

const minuteMs = 60_000
const noon = Date.parse('2026-11-22T12:00:00+08:00')
const began = (accepted: number, now = noon + 30_000) => slowDown(undefined, { now, accepted })

/** Claims and refusals in any order, at instants that only grow. */
const steps = fc.array(
  fc.record({
    afterMs: fc.oneof(fc.nat(2_000), fc.nat(200_000)),
    act: fc.oneof(
      fc.record({ kind: fc.constant('claim' as const), count: fc.integer({ min: 1, max: 300 }) }),
      fc.record({ kind: fc.constant('refused' as const), accepted: fc.nat(200) }),
      fc.record({ kind: fc.constant('told' as const), perMinute: fc.option(fc.nat(1_000), { nil: undefined }) }),
    ),
  }),
  { maxLength: 60 },
)

type Step = (typeof steps extends fc.Arbitrary<infer T> ? T : never)[number]

function play(all: Step[]) {
  let now = noon
  let pace: Pace | undefined
  const claims: { now: number; slots: readonly number[]; perMinute: number; heldUntil: number }[] = []
  for (const { afterMs, act } of all) {
    now += afterMs
    if (act.kind === 'refused') pace = slowDown(pace, { now, accepted: act.accepted })
    else if (!isPaced(pace, now)) continue
    else if (act.kind === 'told') pace = learn(pace, act.perMinute, now)
    else {
      const { slots, pace: next } = claimSlots(pace, { now, count: act.count })
      claims.push({ now, slots, perMinute: next.perMinute, heldUntil: pace.heldUntil })
      pace = next
    }
  }
  return claims
}

describe('the pace', () => {
  it('gives no slot twice, none in the past, none in a full minute and none beyond what SQS can hold back', () => {
    fc.assert(
      fc.property(steps, all => {
        const claims = play(all)
        const slots = claims.flatMap(it => it.slots)
        expect(slots).toEqual(slots.toSorted((a, b) => a - b))
        expect(new Set(slots).size).toBe(slots.length)
        for (const { now, slots: own, heldUntil } of claims)
          for (const it of own) {
            expect(it).toBeGreaterThanOrEqual(Math.max(now, heldUntil))
            expect(it).toBeLessThanOrEqual(now + 900_000)
          }
      }),
    )
  })

  it('gives out no more in any minute than its rate, whoever claims', () => {
    const counts = fc.array(fc.integer({ min: 1, max: 120 }), { minLength: 1, maxLength: 30 })
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2_000 }), counts, fc.nat(minuteMs), (accepted, claims, offset) => {
        let pace = began(accepted)
        const { perMinute } = pace
        const slots = claims.flatMap(count => {
          const claimed = claimSlots(pace, { now: noon + 30_000, count })
          pace = claimed.pace
          return claimed.slots
        })
        const inWindow = (from: number) => slots.filter(it => it >= from && it < from + minuteMs).length
        for (let minute = 0; minute < 16; minute++)
          expect(inWindow(noon + offset + minute * minuteMs)).toBeLessThanOrEqual(Math.ceil(perMinute))
      }),
    )
  })

  it('begins with what went through in this minute, of all processes together, and holds until the next', () => {
    const one = began(40)
    expect(one).toMatchObject({ perMinute: 38, isFound: false, heldUntil: noon + 62_000, nextAt: noon + 62_000 })
    const both = slowDown(one, { now: noon + 31_000, accepted: 60 })
    expect(both).toMatchObject({ perMinute: 95, isFound: true, heldUntil: noon + 62_000 })
    expect(slowDown(both, { now: noon + 32_000, accepted: 0 })).toBe(both)
  })

  it('guesses where nothing went through, doubles minute by minute, and halves when that was too much', () => {
    let pace = began(0)
    const at = (minutes: number) => noon + minutes * minuteMs + 30_000
    expect(pace).toMatchObject({ perMinute: 60, isFound: false })
    for (const [minute, perMinute] of [
      [2, 120],
      [3, 240],
    ] as const) {
      pace = claimSlots(pace, { now: at(minute), count: 1 }).pace
      expect(pace.perMinute).toBe(perMinute)
    }
    pace = slowDown(pace, { now: at(4), accepted: 100 })
    expect(pace).toMatchObject({ perMinute: 120, isFound: true })
    pace = claimSlots(pace, { now: at(6), count: 1 }).pace
    expect(pace.perMinute).toBeCloseTo(126)
  })

  it('judges a rate only by slots that were given out at it', () => {
    const { pace } = claimSlots(began(100), { now: noon + 30_000, count: 500 })
    const slower = slowDown(pace, { now: noon + 190_000, accepted: 0 })
    expect(slower.perMinute).toBeCloseTo(85.5)
    const again = slowDown(slower, { now: noon + 250_000, accepted: 0 })
    expect(again).toMatchObject({ perMinute: slower.perMinute, heldUntil: noon + 302_000 })
    expect(claimSlots(again, { now: noon + 310_000, count: 1 }).pace.perMinute).toBe(slower.perMinute)
  })

  it('never falls below one message a minute', () => {
    let pace = began(1)
    for (let minute = 1; minute < 60; minute++)
      pace = slowDown(pace, { now: noon + minute * minuteMs + 30_000, accepted: 0 })
    expect(pace.perMinute).toBe(1)
  })

  it('goes by what WeChat tells, and never beyond it', () => {
    const told = learn(began(10), 200, noon + 40_000)
    expect(told).toMatchObject({ perMinute: 190, isFound: true, told: 200, askedAt: noon + 40_000 })
    const later = claimSlots(told, { now: noon + 150_000, count: 1 }).pace
    expect(later.perMinute).toBe(190)
    const slower = slowDown(later, { now: noon + 250_000, accepted: 0 })
    expect(slower.perMinute).toBeCloseTo(171)
    // The same once more is no news.
    expect(learn(slower, 200, noon + 400_000).perMinute).toBe(slower.perMinute)
    expect(learn(began(10), undefined, noon + 40_000)).toMatchObject({ perMinute: 9.5, askedAt: noon + 40_000 })
  })

  it('ends five minutes after it was last needed, and remembers its rate for a day', () => {
    const pace = began(200)
    expect([isPaced(pace, noon + 361_999), isPaced(pace, noon + 362_000)]).toEqual([true, false])
    // Who gets a slot at once does not need the pace.
    const idle = claimSlots(pace, { now: noon + 120_000, count: 1 }).pace
    expect(idle.until).toBe(pace.until)
    const busy = claimSlots(pace, { now: noon + 120_000, count: 400 })
    expect(busy.pace.until).toBe((busy.slots.at(-1) ?? 0) + 300_000)
    const hours = 3_600_000
    expect(slowDown(pace, { now: pace.until + 23 * hours, accepted: 1 }).perMinute).toBe(190)
    expect(slowDown(pace, { now: pace.until + 24 * hours, accepted: 1 }).perMinute).toBe(1)
  })

  it.each([
    ['none', undefined, false],
    ['one before the minute that is full', 61_999, false],
    ['one to come', 62_000, true],
    ['one that SQS cannot have held back', 930_001, false],
  ])('takes of slots: %s', (_what, slotAfter, isKept) => {
    const slotAt = slotAfter === undefined ? undefined : noon + slotAfter
    expect(isSlotKept(slotAt, began(100), noon + 30_000)).toBe(isKept)
  })

  it('takes no slot that is over for more than a minute', () => {
    const pace = began(100)
    expect(isSlotKept(noon + 70_000, pace, noon + 130_000)).toBe(true)
    expect(isSlotKept(noon + 70_000, pace, noon + 130_001)).toBe(false)
  })

  it('spreads those without a slot over the second half of what can be planned', () => {
    const secondsOf = (pace: Pace | undefined, chance: number) => (returnAt(pace, noon, () => chance) - noon) / 1000
    expect([secondsOf(began(100), 0), secondsOf(began(100), 1)]).toEqual([450, 900])
    expect([secondsOf(began(0), 0), secondsOf(began(0), 1)]).toEqual([60, 120])
    expect([secondsOf(undefined, 0), secondsOf(undefined, 1)]).toEqual([30, 60])
  })
})

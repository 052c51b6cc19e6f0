import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import type { Quota } from '../../lib/ports.ts'
import { isOnTrial, lookAt, type QuotaLook, takeIn } from '../../lib/send/quota-look.ts'

const minuteMs = 60_000
const closedAt = Date.parse('2026-11-22T12:00:00+08:00')
const quota = (remain: number, limit = 100_000): Quota => ({ limit, remain, used: limit - remain })
const first = () => lookAt(closedAt, undefined)
const minutesOn = (minutes: number) => closedAt + minutes * minuteMs

describe('looking for quota', () => {
  it('begins a minute after the gate was closed, and goes on every second minute', () => {
    expect(first().nextAt).toBe(closedAt + 55_000)
    const { look } = takeIn(first(), quota(0), minutesOn(1))
    expect(look.nextAt).toBe(minutesOn(3) - 5_000)
    expect(takeIn(look, quota(0), minutesOn(3)).look.nextAt).toBe(minutesOn(5) - 5_000)
  })

  it('looks ever later while WeChat refuses to tell, up to an hour, and soon again once it told', () => {
    let look = first()
    const waits: number[] = []
    for (let now = minutesOn(1); waits.length < 8; now = look.nextAt) {
      look = takeIn(look, undefined, now).look
      waits.push(Math.round((look.nextAt - now) / minuteMs))
    }
    expect(waits).toEqual([4, 8, 15, 31, 60, 60, 60, 60])
    expect(takeIn(look, quota(0), minutesOn(600)).look.nextAt).toBe(minutesOn(602) - 5_000)
  })

  it.each([
    ['nothing', 0, false],
    ['a rest within the error of WeChat’s count', 2_000, false],
    ['more than that', 2_001, true],
  ])('right after the refusal believes: %s', (_what, remain, isBack) => {
    expect(takeIn(first(), quota(remain), minutesOn(1)).isBack).toBe(isBack)
  })

  it('believes a small rest that has grown since it was false', () => {
    const { look } = takeIn(first(), quota(300), minutesOn(1))
    expect(takeIn(look, quota(300), minutesOn(3)).isBack).toBe(false)
    expect(takeIn(look, quota(301), minutesOn(3)).isBack).toBe(true)
    // WeChat's count came to its end first.
    const { look: empty } = takeIn(look, quota(0), minutesOn(3))
    expect(takeIn(empty, quota(10), minutesOn(5)).isBack).toBe(true)
  })

  it('tries a small rest half an hour after the refusal, for that may have been a stray one, and ever later', () => {
    let look = first()
    for (let minute = 1; minute < 30; minute += 2) {
      const taken = takeIn(look, quota(1_800), minutesOn(minute))
      expect(taken.isBack).toBe(false)
      look = taken.look
    }
    expect(takeIn(look, quota(0), minutesOn(30)).isBack).toBe(false)
    const tried = takeIn(look, quota(1_800), minutesOn(30))
    expect(tried.isBack).toBe(true)
    const waits: number[] = []
    let [closed, again] = [minutesOn(31), tried.look]
    for (let time = 0; time < 6; time++) {
      const known = lookAt(closed, again)
      const minute = Array.from({ length: 200 }, (_, index) => index).find(
        it => takeIn(known, quota(1_800), closed + it * minuteMs).isBack,
      )
      waits.push(minute ?? 0)
      again = takeIn(known, quota(1_800), closed + (minute ?? 0) * minuteMs).look
      closed += ((minute ?? 0) + 1) * minuteMs
    }
    expect(waits).toEqual([30, 30, 40, 80, 120, 120])
  })

  it('believes what was false twice in a row only ever later, be it large, unless it has grown much', () => {
    const opened = takeIn(first(), quota(50_000), minutesOn(1)).look
    const again = lookAt(minutesOn(2), opened)
    expect(again).toMatchObject({ closedAt: minutesOn(2), falseTimes: 1, falseRemain: 50_000 })
    expect(takeIn(again, quota(50_000), minutesOn(4)).isBack).toBe(false)
    expect(takeIn(again, quota(52_001), minutesOn(4)).isBack).toBe(true)
    const patient = takeIn(again, quota(50_000), minutesOn(12))
    expect(patient.isBack).toBe(true)
    const thrice = lookAt(minutesOn(13), patient.look)
    expect(thrice.falseTimes).toBe(2)
    expect([22, 33].map(it => takeIn(thrice, quota(50_000), minutesOn(it)).isBack)).toEqual([false, true])
  })

  it('forgets what was false once the gate was open for longer', () => {
    const opened = takeIn(
      lookAt(minutesOn(2), takeIn(first(), quota(50_000), minutesOn(1)).look),
      quota(99_000),
      minutesOn(3),
    ).look
    expect(lookAt(minutesOn(30), opened)).toEqual({ ...lookAt(minutesOn(30), undefined) })
  })

  it('knows the first moments of an opened gate', () => {
    const opened = takeIn(first(), quota(50_000), minutesOn(1)).look
    expect(isOnTrial(undefined, minutesOn(1))).toBe(false)
    expect([0, 54_999, 55_000].map(it => isOnTrial(opened, minutesOn(1) + it))).toEqual([true, true, false])
    expect(isOnTrial(lookAt(minutesOn(1) + 1, opened), minutesOn(1) + 2)).toBe(false)
  })

  it('opens a few times a day at most, whatever rest WeChat tells within its error while it refuses all', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(1_000), { minLength: 720, maxLength: 720 }), rests => {
        expect(openingsOf(rests)).toBeLessThanOrEqual(20)
      }),
    )
  })
})

/** WeChat tells these rests at the looks of a day, and refuses each time the gate is opened. */
function openingsOf(rests: readonly number[]): number {
  let look: QuotaLook = first()
  let openings = 0
  for (const [index, remain] of rests.entries()) {
    const now = minutesOn(1 + 2 * index)
    const taken = takeIn(look, quota(remain), now)
    look = taken.isBack ? lookAt(now + 1_000, taken.look) : taken.look
    openings += taken.isBack ? 1 : 0
  }
  return openings
}

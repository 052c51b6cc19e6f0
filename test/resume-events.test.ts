import { describe, expect, it } from 'vitest'

import { type ResumeDeps, resumeEvents } from '../lib/resume-events.ts'
import { openWorld } from './world.ts'

const path = '/cgi-bin/message/template/send'
const quotaPath = '/cgi-bin/openapi/quota/get'
const forever = { until: Number.POSITIVE_INFINITY }

async function openResume(waiting: number) {
  const world = await openWorld()
  const { gate, log, metrics, now, sleep, tick } = world
  // A minute in which nobody looks at the quota for its own sake.
  tick(60_000)
  let left = waiting
  const parked = {
    waiting: async () => left > 0,
    moveBack: async (most: number) => {
      const count = Math.min(most, left)
      left -= count
      return count
    },
  }
  const deps: ResumeDeps = { ...world.app('official'), gate, parked, reserve: 0, now, sleep, log, metrics }
  const resume = (more: Partial<ResumeDeps> = {}, limits = forever) => resumeEvents({ ...deps, ...more }, limits)
  return { ...world, resume, left: () => left }
}

describe('resumeEvents', () => {
  it('moves nothing while the gate is closed, and all of it in the minute after', async () => {
    const { resume, gate, now, tick, calls } = await openResume(3_000)
    await gate.close(now() + 60_000, 45009)
    expect(await resume()).toEqual({ moved: 0 })
    expect(await calls(quotaPath)).toBe(0)
    tick(60_000)
    expect(await resume()).toEqual({ moved: 3_000 })
  })

  it('waits for a gate that opens in a moment, for the next look may be a minute later', async () => {
    const { resume, gate, now } = await openResume(30)
    const opensAt = now() + 20_000
    await gate.close(opensAt, 45009)
    expect(await resume()).toEqual({ moved: 30 })
    expect(now()).toBeGreaterThanOrEqual(opensAt)
  })

  it('asks WeChat nothing while nothing waits', async () => {
    const { resume, calls } = await openResume(0)
    expect(await resume()).toEqual({ moved: 0 })
    expect(await calls(quotaPath)).toBe(0)
  })

  it('looks at the quota every ten minutes all the same, and tells what is left of it', async () => {
    const { resume, control, calls, tick, gauged } = await openResume(0)
    await control('/quota', { app: 'official', path, day: 1_000, used: 750 })
    for (let minute = 0; minute < 20; minute++) {
      await resume()
      tick(60_000)
    }
    expect(await calls(quotaPath)).toBe(2)
    expect(gauged.QuotaLeftPercent).toBe(25)
  })

  it('moves no more in a minute than WeChat takes in one, nor than is left of the day', async () => {
    const { resume, control, left } = await openResume(3_000)
    await control('/quota', { app: 'official', path, minute: 1_000 })
    expect(await resume()).toEqual({ moved: 1_000 })
    await control('/quota', { app: 'official', path, day: 500, used: 77 })
    expect(await resume()).toEqual({ moved: 423 })
    await control('/quota', { app: 'official', path, used: 500 })
    expect(await resume()).toEqual({ moved: 0 })
    expect(left()).toBe(3_000 - 1_423)
  })

  it('moves all the same when WeChat does not tell its quota, and stops when the time is up', async () => {
    const { resume, control } = await openResume(30)
    await control('/faults', { path: quotaPath, kind: 'errcode', errcode: 76022, times: 2 })
    expect(await resume({}, { until: 0 })).toEqual({ moved: 0 })
    expect(await resume()).toEqual({ moved: 30 })
  })

  it('closes the gate to all but urgent messages when only the reserve is left, until midnight in China', async () => {
    const { resume, control, gate, now, tick } = await openResume(30)
    await control('/quota', { app: 'official', path, day: 1_000, used: 895 })
    expect(await resume({ reserve: 100 })).toEqual({ moved: 30 })
    expect(await gate.read()).toEqual({})
    await control('/quota', { app: 'official', path, used: 900 })
    expect(await resume({ reserve: 100 })).toEqual({ moved: 0 })
    // It is a minute past noon in China.
    expect(await gate.read()).toEqual({ reservedUntil: now() + 12 * 3_600_000 - 60_000 })
    tick(12 * 3_600_000)
    expect(await resume({ reserve: 100 })).toEqual({ moved: 0 })
    expect((await gate.read()).reservedUntil).toBeLessThanOrEqual(now())
  })
})

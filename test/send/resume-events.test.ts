import { describe, expect, it } from 'vitest'
import { createWeChat } from '../../lib/adapters/wechat/client.ts'
import type { ParkedEvents } from '../../lib/send/ports.ts'
import { type ResumeDeps, resumeEvents } from '../../lib/send/resume-events.ts'
import { slowDown } from '../../lib/send/send-pace.ts'
import { stageApps } from '../idle-pair.ts'
import { miniAppid } from '../ids.ts'
import { openWorld } from '../world.ts'

const path = '/cgi-bin/message/template/send'
const quotaPath = '/cgi-bin/openapi/quota/get'
const minuteMs = 60_000
const forever = { until: Number.POSITIVE_INFINITY }

async function openResume(waiting: number, urgent = 0) {
  const world = await openWorld()
  const { gate, now, sleep, tick } = world
  // A minute in which nobody looks at the quota for its own sake.
  tick(60_000)
  const left = { urgent, usual: waiting }
  /** So many of them were pushed over three days ago. */
  const old = { urgent: 0, usual: 0 }
  const parked: ParkedEvents = {
    count: async () => ({ ...left }),
    moveBack: async (kind, most) => {
      const count = Math.min(most, left[kind])
      left[kind] -= count
      return count
    },
    moveOldBack: async (kind, before) => {
      expect(before).toEqual({ pushedBefore: now() - 3 * 24 * 60 * minuteMs, heldBefore: now() })
      const moved = Math.min(10, old[kind])
      left[kind] -= moved
      old[kind] -= moved
      return { seen: moved, moved }
    },
  }
  const [app] = stageApps.officials
  const deps: ResumeDeps = { ...world.app('official'), app, gate, parked, reserve: 0, now, sleep }
  const resume = (more: Partial<ResumeDeps> = {}, limits = forever) => resumeEvents({ ...deps, ...more }, limits)
  const close = (minutes: number, errcode = 45009) =>
    gate.close({ until: now() + minutes * minuteMs, errcode, at: now() })
  /** The schedule of so many minutes; answers what was moved in each. */
  const minutes = async (count: number, more: Partial<ResumeDeps> = {}) => {
    const moved: number[] = []
    for (let minute = 0; minute < count; minute++) {
      tick(minuteMs)
      moved.push((await resume(more)).moved)
    }
    return moved
  }
  const setQuota = (change: object) => world.control('/quota', { app: 'official', path, ...change })
  const refuseToTell = (errcode: number, times: number) =>
    world.control('/faults', { path: quotaPath, kind: 'errcode', errcode, times })
  return { ...world, deps, resume, close, minutes, setQuota, refuseToTell, left: () => left.usual, waiting: left, old }
}

describe('resumeEvents', () => {
  it('moves nothing while the gate is closed, and all of it in the minute after', async () => {
    const { resume, close, tick, calls } = await openResume(3_000)
    await close(1)
    expect(await resume()).toEqual({ moved: 0 })
    expect(await calls(quotaPath)).toBe(0)
    tick(60_000)
    expect(await resume()).toEqual({ moved: 3_000 })
  })

  it('waits for a gate that opens in a moment, for the next look may be a minute later', async () => {
    const { resume, gate, now } = await openResume(30)
    const opensAt = now() + 20_000
    await gate.close({ until: opensAt, errcode: 45009, at: now() })
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

  it('moves nothing while nothing is left of the day', async () => {
    const { resume, setQuota, left } = await openResume(30)
    await setQuota({ day: 1_000, used: 1_000 })
    expect(await resume()).toEqual({ moved: 0 })
    expect(left()).toBe(30)
  })

  it('moves at least one a minute where WeChat tells its limit of a whole day', async () => {
    const { resume, deps } = await openResume(30)
    const quota = { daily_limit: 1_000, used: 0, remain: 1_000 }
    const told = { errcode: 0, errmsg: 'ok', quota, rate_limit: { call_count: 1_000, refresh_second: 86_400 } }
    expect(await resume({ wechat: tellingWeChat(told, deps.now) })).toEqual({ moved: 1 })
  })
})

/** Our client, to which WeChat answers always the same. */
function tellingWeChat(answer: object, now: () => number) {
  return createWeChat({
    appid: miniAppid,
    appsecret: async () => 'secret',
    transport: async () => ({ status: 200, body: Buffer.from(JSON.stringify(answer)) }),
    mode: 'stable',
    breaker: { run: (_api, call) => call() },
    watch: () => undefined,
    nowSeconds: () => now() / 1000,
  })
}

describe('quota that is back before midnight', () => {
  it('is used within three minutes: a few first, the others in the next minute', async () => {
    const { close, minutes, setQuota, gate, left } = await openResume(3_000)
    await setQuota({ day: 100_000, used: 100_000 })
    await close(12 * 60)
    expect(await minutes(7)).toEqual([0, 0, 0, 0, 0, 0, 0])
    await setQuota({ used: 0 })
    expect(await minutes(4)).toEqual([0, 5, 2_995, 0])
    expect(await gate.read()).toMatchObject({ look: { openedRemain: 100_000 } })
    expect(await gate.read()).not.toHaveProperty('closedUntil')
    expect(left()).toBe(0)
  })

  it('waits for the first few to be taken, however soon it is looked again', async () => {
    const { close, minutes, resume, tick, left } = await openResume(30)
    await close(12 * 60)
    expect(await minutes(1)).toEqual([5])
    tick(30_000)
    expect(await resume()).toEqual({ moved: 0 })
    expect(left()).toBe(25)
    tick(30_000)
    expect(await resume()).toEqual({ moved: 25 })
  })

  it.each([
    ['a day’s', 45009],
    ['a month’s', 48006],
  ])('is looked for behind %s code too, in the first minute after a stray refusal', async (_what, errcode) => {
    const { close, minutes } = await openResume(30)
    await close(30 * 24 * 60, errcode)
    expect(await minutes(2)).toEqual([5, 25])
  })

  it('costs one call of quota/get every second minute while it is not, and nothing else', async () => {
    const { close, minutes, setQuota, calls } = await openResume(30)
    await setQuota({ day: 1_000, used: 1_000 })
    await close(12 * 60)
    await minutes(60)
    expect([await calls(quotaPath), await calls(path)]).toEqual([30, 0])
  })

  it('is not believed in a small rest right after the refusal, but once that has grown', async () => {
    const { close, minutes, setQuota } = await openResume(30)
    await setQuota({ day: 100_000, used: 99_400 })
    await close(12 * 60)
    expect(await minutes(9)).toEqual(Array(9).fill(0))
    await setQuota({ day: 100_050 })
    expect(await minutes(3)).toEqual([0, 5, 25])
  })

  it('is tried by a few events in a small rest half an hour after a stray refusal, and then by all', async () => {
    const { close, minutes, setQuota } = await openResume(30)
    await setQuota({ day: 100_000, used: 98_200 })
    await close(12 * 60)
    const moved = await minutes(33)
    expect(moved.slice(0, 29)).toEqual(Array(29).fill(0))
    expect(moved.filter(it => it > 0)).toEqual([5, 25])
  })

  it('does not flap when WeChat tells much and refuses all the same', async () => {
    const { minutes, setQuota, close, gate, now } = await openResume(1_000)
    await setQuota({ day: 100_000, used: 0 })
    await close(12 * 60)
    let opened = 0
    for (let minute = 0; minute < 240; minute++) {
      const [moved = 0] = await minutes(1)
      expect(moved).toBeLessThanOrEqual(5)
      if (moved === 0) continue
      opened += 1
      await gate.close({ until: now() + 6 * 3_600_000, errcode: 45009, at: now() + 1 })
    }
    expect(opened).toBeLessThanOrEqual(6)
  })

  it('is asked for ever later while WeChat refuses to tell; the gate opens at its reset all the same', async () => {
    const { close, minutes, refuseToTell, deps } = await openResume(30)
    let asked = 0
    const quota: typeof deps.wechat.quota = (...of) => {
      asked += 1
      return deps.wechat.quota(...of)
    }
    await close(4 * 60)
    await refuseToTell(44993, 1_000)
    expect((await minutes(239, { wechat: { quota } })).every(it => it === 0)).toBe(true)
    expect([asked > 3, asked <= 8]).toEqual([true, true])
    expect(await minutes(1)).toEqual([30])
  })

  it('is not used if WeChat refused a message while it was looked at', async () => {
    const { close, tick, resume, deps, gate, now, left } = await openResume(30)
    await close(12 * 60)
    tick(minuteMs)
    const accessTokens = deps.accessTokens
    const wechat = {
      async quota(token: string, of: string) {
        await gate.close({ until: now() + 1_000_000, errcode: 45009, at: now() })
        return deps.wechat.quota(token, of)
      },
    }
    expect(await resume({ wechat, accessTokens })).toEqual({ moved: 0 })
    expect((await gate.read()).closedUntil).toBeGreaterThan(now())
    expect(left()).toBe(30)
  })
})

describe('events that have waited for days', () => {
  // SQS deletes a message after fourteen days: behind a month's code their deliveries said `parked` for ever.
  it('pass the sender once a day, however closed the gate is, and however many they are', async () => {
    const { close, minutes, setQuota, waiting, old, tick } = await openResume(300, 7)
    await close(30 * 24 * 60, 48006)
    Object.assign(old, { urgent: 7, usual: 205 })
    // It is a minute past noon in China.
    tick((22 * 60 + 30) * minuteMs)
    await setQuota({ day: 1_000, used: 1_000 })
    expect(await minutes(3)).toEqual([0, 212, 0])
    expect(waiting).toEqual({ urgent: 0, usual: 95 })
  })
})

describe('the reserve', () => {
  it('lets urgent events go that are parked, while all others wait', async () => {
    const { resume, setQuota, waiting } = await openResume(30, 2)
    await setQuota({ day: 1_000, used: 900 })
    expect(await resume({ reserve: 100 })).toEqual({ moved: 2 })
    expect(waiting).toEqual({ urgent: 0, usual: 30 })
  })

  it('is kept when the gate is opened before its time', async () => {
    const { close, minutes, setQuota, waiting, gate } = await openResume(30, 8)
    await setQuota({ day: 1_000, used: 1_000 })
    await close(12 * 60)
    await minutes(1, { reserve: 100 })
    await setQuota({ used: 920 })
    expect(await minutes(3, { reserve: 100 })).toEqual([0, 5, 3])
    expect(waiting).toEqual({ urgent: 0, usual: 30 })
    expect(await gate.read()).toMatchObject({ reservedUntil: expect.any(Number) })
  })

  it('ends when more than it is left again, and not by an error of WeChat’s count', async () => {
    const { minutes, setQuota, gate, waiting } = await openResume(30)
    await setQuota({ day: 1_000, used: 900 })
    await minutes(1, { reserve: 100 })
    await setQuota({ used: 891 })
    expect(await minutes(1, { reserve: 100 })).toEqual([0])
    await setQuota({ used: 0 })
    expect(await minutes(1, { reserve: 100 })).toEqual([30])
    expect(await gate.read()).toEqual({})
    expect(waiting.usual).toBe(0)
  })

  it('ends with the deployment that kept it', async () => {
    const { minutes, setQuota } = await openResume(30)
    await setQuota({ day: 1_000, used: 900 })
    expect(await minutes(1, { reserve: 100 })).toEqual([0])
    expect(await minutes(1)).toEqual([30])
  })
})

describe('the minute’s quota', () => {
  it('is asked for while messages are paced, once in ten minutes, and no more than that is moved in a minute', async () => {
    const { minutes, setQuota, gate, now, calls } = await openResume(0)
    await setQuota({ minute: 200 })
    await gate.setPace({ ...slowDown(undefined, { now: now(), accepted: 50 }), revision: 1 })
    await minutes(4)
    expect((await gate.read()).pace).toMatchObject({ perMinute: 190, told: 200, revision: 2 })
    expect(await calls(quotaPath)).toBe(1)
  })

  it('is not told: then no more is moved in a minute than the pace lets go', async () => {
    const { minutes, gate, now } = await openResume(1_000)
    await gate.setPace({ ...slowDown(undefined, { now: now(), accepted: 80 }), revision: 1 })
    expect(await minutes(2)).toEqual([76, 76])
  })
})

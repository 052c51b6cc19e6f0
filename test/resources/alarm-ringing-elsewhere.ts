/** Alarms on what others than the sender write, and those that ring where nothing is written: each by breaking its one thing. */

import { describe, expect, it } from 'vitest'

import { boxApps } from '../../kit/app.ts'
import { createMetrics } from '../../lib/adapters/metrics.ts'
import { checkSelf } from '../../lib/doctor/self-check.ts'
import { metricsOf } from '../../lib/of-app.ts'
import { askQuota } from '../../lib/send/resume-events.ts'
import { withAccessToken } from '../../lib/tokens/with-access-token.ts'
import { openDoctorWorld } from '../doctor/doctor-world.ts'
import { openFollowers } from '../followers/followers-world.ts'
import { again, arrival, event, openSend, path, toUnion } from '../send/send-world.ts'
import { openWorld } from '../world.ts'
import { inOneInvocation, writtenMetrics } from '../written-metrics.ts'
import { type Datapoint, rings } from './alarm-evaluation.ts'
import { alarmsOf } from './alarm-properties.ts'
import { datapointsOf } from './alarm-ringing.ts'
import type { Template } from './packaged.ts'

const [app] = boxApps.officials
const hourMs = 3_600_000
const checkPath = '/wxa/media_check_async'

/** Metrics as they are written on AWS; `during` runs an invocation, and answers what it wrote. */
function openWriter(now: () => number) {
  const written = writtenMetrics()
  const during = async (run: () => Promise<unknown>): Promise<Datapoint[]> => {
    const known = written().length
    await inOneInvocation(() => run().catch(() => undefined))
    return written()
      .slice(known)
      .flatMap(it => datapointsOf(it, now()))
  }
  return { metrics: createMetrics(), during }
}

/** The tests; the template is there once they run. */
export function testRingingElsewhere(made: () => Template): void {
  const isRinging = (name: string, points: readonly Datapoint[]) => {
    const alarm = alarmsOf(made()).find(it => it.AlarmName === `queqiao-prod-${name}`)
    if (alarm === undefined) throw new Error(`there is no alarm ${name}`)
    return rings(alarm, points, value => `${value}`)
  }

  it('tell of a send that ended while messages were on their way', async () => {
    const { deps, follower, send, metrics, tick, now } = await openSend()
    const { metrics: writing, during } = openWriter(now)
    Object.assign(metrics, writing)
    const one = arrival(event('order-1', toUnion(await follower())))
    const accept = async () => Promise.reject(new Error('killed'))
    const killed = await during(() => send([one], { deliveries: { ...deps.deliveries, accept } }))
    expect(isRinging('SendInterrupted', killed)).toBe(false)
    tick(360_000)
    expect(isRinging('SendInterrupted', await during(() => send([again(one)])))).toBe(true)
  })

  describe('of the mini program', () => {
    it.each([
      ['AddressNotAllowed-mini', '/allow-list', { app: 'mini', addresses: ['203.0.113.7'] }],
      ['TokenRefused-mini', '/faults', { path: checkPath, kind: 'errcode', errcode: 40001, times: 1_000 }],
    ])('tell of %s, and not while all is well', async (alarm, control, broken) => {
      const world = await openWorld()
      const { metrics, during } = openWriter(world.now)
      Object.assign(world.metrics, metrics)
      const { miniOpenid: openid } = await world.person()
      const media = { mediaUrl: 'https://files.example.com/a.png', openid, scene: 1 } as const
      const check = () => {
        const { accessTokens, wechat } = world.app('mini')
        return withAccessToken(accessTokens, token => wechat.mediaCheckAsync(token, media))
      }
      expect(isRinging(alarm, await during(check))).toBe(false)
      await world.control(control, broken)
      expect(isRinging(alarm, await during(check))).toBe(true)
    })
  })

  it.each([
    [11, false],
    [9, true],
  ])('tell of the day’s quota with %i of a hundred left: %s', async (left, isLow) => {
    const world = await openWorld()
    const { metrics, during } = openWriter(world.now)
    await world.control('/quota', { app: 'official', path, day: 100, used: 100 - left })
    const parked = {
      count: async () => ({ urgent: 0, usual: 0 }),
      moveBack: async () => 0,
      moveOldBack: async () => ({ seen: 0, moved: 0 }),
    }
    const ask = () =>
      askQuota({ ...world, ...world.app('official'), app, metrics: metricsOf(app, metrics), parked, reserve: 0 })
    expect(isRinging('QuotaLow-official', await during(ask))).toBe(isLow)
  })

  it('tell of a sync run for which today’s quota is too small, and of none for 26 hours', async () => {
    const { runSync, control, tick, now } = await openFollowers({ pageSize: 10_000 })
    const { metrics, during } = openWriter(now)
    const done = await during(() => runSync({}, { metrics: metricsOf(app, metrics) }))
    expect([isRinging('SyncRefused-official', done), isRinging('SyncOverdue-official', done)]).toEqual([false, false])
    tick(27 * hourMs)
    await control('/people', { count: 30_005, following: true })
    await control('/quota', { app: 'official', path: '/cgi-bin/user/get', day: 10, used: 8 })
    const refused = await during(() => runSync({}, { metrics: metricsOf(app, metrics) }))
    expect(isRinging('SyncRefused-official', refused)).toBe(true)
    expect(isRinging('SyncOverdue-official', [...done, ...refused])).toBe(true)
  })

  it('tell of a stage that is not well by its own look, and of one that does not look', async () => {
    const world = await openDoctorWorld()
    const { metrics, during } = openWriter(world.now)
    const look = (more = {}) =>
      during(() => checkSelf({ openDoctor: () => ({ ...world.openDeps(), ...more }), metrics }))
    const well = await look()
    expect(isRinging('SelfCheckFails', well)).toBe(false)
    world.tick(4 * hourMs)
    const size = async () => ({ ready: 3, later: 0, inWork: 0 })
    expect(await look({ queues: { size } })).toEqual([])
    const later: Datapoint = { namespace: 'any', metric: 'Any', dimensions: {}, at: world.now(), value: 1 }
    expect(isRinging('SelfCheckFails', [...well, later])).toBe(true)
  })
}

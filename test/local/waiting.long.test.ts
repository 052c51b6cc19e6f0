/** What waits goes by itself once it can, on the whole local stack: for quota, and for the links of a first sync run. */

import { once } from 'node:events'
import { text } from 'node:stream/consumers'

import { describe, expect, it } from 'vitest'

import { openForAll } from '../for-all.ts'
import { startTool } from '../tools/run-tool.ts'
import { event, events, openSendingStack, path } from './sending-stack.ts'
import { eventually } from './whole-stack.ts'

const reserve = 50
/** The gate is looked at every minute; WeChat's quota is asked for every second one. */
const threeMinutes = 180_000
const sorted = (list: readonly unknown[]) => list.toSorted()

const stack = openForAll(() => openSendingStack({ ...process.env, QUOTA_RESERVE: `${reserve}` }))

describe('somebody whom a first sync run finds', () => {
  it('gets what was pushed before they were linked, and the sync run is complete when they are', {
    timeout: 240_000,
  }, async () => {
    const batchget = '/cgi-bin/user/info/batchget'
    const who = await stack.person('silently')
    await stack.box('/faults', { path: batchget, kind: 'status', status: 502, times: 100_000 })
    const sync = startSync()
    await eventually(async () => '/cgi-bin/user/get' in (await stack.calls()), true)
    await stack.push([event('before-the-link', { unionid: who.unionid })])
    // Once in its first seconds, as for anybody who is unknown, and once for the sync run.
    await eventually(async () => stack.lines.filter(it => it.includes('"person-later":1')).length, 2, 60_000)
    expect(sync.child.exitCode).toBeNull()
    await stack.box('/faults', undefined, 'DELETE')
    expect(await sync.ended).toMatchObject({ code: 0, stdout: expect.stringContaining('complete') })
    expect(await stack.api(`/reach?unionid=${who.unionid}`)).toMatchObject({ reach: 'reachable' })
    await eventually(() => stack.phone(who), ['before-the-link'], 120_000)
  })
})

describe('a quota that is used up', () => {
  it('and there again sends what waits within three minutes, of the reserve the urgent ones alone', {
    timeout: 600_000,
  }, async () => {
    const who = await stack.follower()
    const usual = events('usual', 5, who.openid)
    const urgent = Array.from({ length: 5 }, (_, index) => reminder(`urgent-${index}`, who.openid))
    await setQuota({ day: 1000, used: 1000 })
    await stack.push([...usual, ...urgent])
    for (const { id } of [...usual, ...urgent]) await eventually(() => stack.stateOf(id), 'parked')

    await setQuota({ used: 1000 - reserve + 10 })
    await eventually(async () => sorted(await stack.phone(who)), sorted(urgent.map(it => it.id)), threeMinutes)
    for (const { id } of usual) expect(await stack.stateOf(id)).toBe('parked')

    await setQuota({ used: 0 })
    await eventually(async () => (await stack.phone(who)).length, 10, threeMinutes)
    expect(sorted(await stack.phone(who))).toEqual(sorted([...usual, ...urgent].map(it => it.id)))
  })
})

/** `./queqiao sync` beside this stack. */
function startSync() {
  const { ports } = stack.settings
  const child = startTool('sync', [], { LAMBDA_PORT: `${ports.lambda}`, WECHAT_PORT: `${ports.wechat}` })
  const ended = Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
  return { child, ended: ended.then(([stdout, stderr, [code]]) => ({ code, stdout, stderr })) }
}

/** Its template may use what is kept for urgent ones; its id is also what the phone shows of it. */
function reminder(id: string, openid: string) {
  const data = { thing1: id, time2: '2026-11-22 09:30', const3: '已预约' }
  return { id, to: { openid }, template: 'class-reminder', data }
}

async function setQuota(limits: object): Promise<void> {
  await stack.box('/quota', { app: 'official', path, ...limits })
}

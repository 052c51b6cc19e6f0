/** Events for people of whom the links have not heard: WeChat may know them all the same. */

import { describe, expect, it } from 'vitest'
import { appids } from '../../kit/app.ts'
import { memoryLinking } from '../../kit/memory-stores.ts'
import { id } from '../ids.ts'
import { arrival, event, openSend, path, requeued, toUnion } from './send-world.ts'

const asks = '/cgi-bin/user/info/batchget'

describe('an openid that is not linked', () => {
  it('is asked about once for all of a batch, sent to if it follows, and worked into the links', async () => {
    const { person, send, phone, calls, queue, stateOf } = await openSend()
    const people = await Promise.all([1, 2, 3].map(() => person({ following: true })))
    const stranger = await person({ following: false })
    const batch = [...people, stranger].map((it, index) => arrival(event(`order-${index}`, { openid: it.openid })))
    expect(await send(batch)).toEqual([])
    expect(phone().map(it => it.openid)).toEqual(people.map(it => it.openid))
    expect(await calls(asks)).toBe(1)
    expect(queue.followers).toEqual([
      { change: 'follow', official: appids.official, openids: people.map(it => it.openid), at: 0 },
    ])
    expect(await stateOf('order-3')).toMatchObject({ state: 'dropped', reason: 'not-following' })
  })

  it('that WeChat does not know is dropped, and takes nobody along', async () => {
    const { person, send, phone, stateOf } = await openSend()
    const who = await person({ following: true })
    const batch = [id('o-of-nobody'), who.openid].map((openid, index) => arrival(event(`order-${index}`, { openid })))
    expect(await send(batch)).toEqual([])
    expect(phone().map(it => it.openid)).toEqual([who.openid])
    expect(await stateOf('order-0')).toMatchObject({ state: 'dropped', reason: 'unknown' })
  })

  it('waits while WeChat cannot be asked', async () => {
    const { person, send, control, queue, phone, calls } = await openSend()
    const who = await person({ following: true })
    await control('/faults', { path: asks, kind: 'status', status: 502 })
    expect(await send([arrival(event('order-1', { openid: who.openid }))])).toEqual([])
    expect(queue.again).toHaveLength(1)
    for (const it of queue.again) await send([requeued(it)])
    expect([phone().length, await calls(path)]).toEqual([1, 1])
  })

  it('is not asked about for what is not sent anyway', async () => {
    const { person, send, calls, gate, now } = await openSend()
    const who = await person({ following: true })
    await gate.close({ until: now() + 3_600_000, errcode: 45009, at: now() })
    await send([
      arrival(event('late', { openid: who.openid }, { expiresAt: '2020-01-01T00:00:00Z' })),
      arrival(event('parked', { openid: who.openid })),
    ])
    expect(await calls(asks)).toBe(0)
  })
})

describe.each(['unionid', 'miniOpenid'] as const)('a %s of whom the links have not heard', kind => {
  const addressOf = (name: string) => (kind === 'unionid' ? { unionid: id(name) } : { miniOpenid: id(name) })

  it('is looked up once more after some seconds, for who follows just now is linked by then', async () => {
    const { follower, send, queue, tick, stateOf, phone, links, now } = await openSend()
    expect(await send([arrival(event('order-1', addressOf('u-new')))])).toEqual([])
    expect([queue.again.map(it => it.delaySeconds), await stateOf('order-1')]).toEqual([[10], undefined])
    const { openid } = await follower({ unionid: false })
    const at = Math.floor(now() / 1000) + 1
    const [row] = (await links.followers([openid])).values()
    await links.writeFollower({ openid, unionid: id('u-new'), following: true, followedAt: at, at }, row)
    if (kind === 'miniOpenid')
      await links.writeLogin({ mini: appids.mini, miniOpenid: id('u-new'), unionid: id('u-new') }, now())
    tick(10_000)
    for (const it of queue.again) await send([requeued(it)])
    expect(phone().map(it => it.openid)).toEqual([openid])
  })

  it('is dropped then, if nothing is being worked in', async () => {
    const { send, queue, tick, stateOf } = await openSend()
    await send([arrival(event('order-1', addressOf('u-new')))])
    tick(10_000)
    for (const it of queue.again.splice(0)) await send([requeued(it)])
    expect([queue.again, await stateOf('order-1')]).toMatchObject([[], { state: 'dropped', reason: 'unknown' }])
  })

  it('waits while a first sync run is not worked in, and is dropped in the end', async () => {
    const { send, queue, tick, stateOf, now } = await openSend()
    const linking = memoryLinking(now)
    const syncRun = { beganAt: now(), isWhole: true }
    await linking.open(syncRun, 0)
    await linking.expect({ ...syncRun, step: 1, run: now() }, 1)
    await linking.close(syncRun)
    tick(60_000)
    await send([arrival(event('order-1', addressOf('u-new')))], { linking })
    expect(queue.again.map(it => it.delaySeconds)).toEqual([60])
    await linking.workedIn([{ ...syncRun, step: 1, run: now() - 60_000, message: 0 }])
    for (const it of queue.again.splice(0)) await send([requeued(it)], { linking })
    expect([queue.again, await stateOf('order-1')]).toMatchObject([[], { state: 'dropped', reason: 'unknown' }])
  })

  it('waits no longer than three days for a sync run that never ends', async () => {
    const { send, tick, stateOf, now } = await openSend()
    const linking = memoryLinking(now)
    await linking.open({ beganAt: now(), isWhole: true }, 0)
    tick(3 * 86_400_000)
    await send([arrival(event('order-1', addressOf('u-new')))], { linking })
    expect(await stateOf('order-1')).toMatchObject({ state: 'dropped', reason: 'unknown' })
  })
})

describe('somebody of whom the links say that they left', () => {
  async function openLeft() {
    const world = await openSend()
    const who = await world.follower()
    const [row] = (await world.links.followers([who.openid])).values()
    const at = Math.floor(world.now() / 1000) + 1
    await world.links.writeFollower({ openid: who.openid, ...toUnion(who), following: false, at }, row)
    return { ...world, who }
  }

  it('is sent to by openid if WeChat says that they follow again', async () => {
    const { send, phone, who } = await openLeft()
    await send([arrival(event('order-1', { openid: who.openid }))])
    expect(phone().map(it => it.openid)).toEqual([who.openid])
  })

  it('is looked up once more by unionid, for who follows again just now is linked by then', async () => {
    const { send, queue, tick, who, stateOf } = await openLeft()
    const linking = { isUnderWay: async () => true }
    await send([arrival(event('order-1', toUnion(who)))])
    expect(queue.again.map(it => it.delaySeconds)).toEqual([10])
    tick(10_000)
    for (const it of queue.again.splice(0)) await send([requeued(it)], { linking })
    expect(await stateOf('order-1')).toMatchObject({ state: 'dropped', reason: 'not-following' })
  })
})

it('an unknown unionid waits while news of followers wait to be worked in, but no longer than a quarter of an hour', async () => {
  const { send, queue, tick, stateOf } = await openSend()
  const backlog = { isEmpty: async () => false }
  tick(60_000)
  await send([arrival(event('order-1', { unionid: id('u-new') }))], { backlog })
  expect(queue.again.map(it => it.delaySeconds)).toEqual([60])
  tick(900_000)
  for (const it of queue.again.splice(0)) await send([requeued(it)], { backlog })
  expect(await stateOf('order-1')).toMatchObject({ state: 'dropped', reason: 'unknown' })
})

it('somebody whose unionid is known by a login, and whose follow is not, is looked up once more too', async () => {
  const { person, send, queue, links, now } = await openSend()
  const who = await person({ following: true })
  await links.writeLogin({ mini: appids.mini, miniOpenid: who.miniOpenid, ...toUnion(who) }, now())
  await send([arrival(event('order-1', { miniOpenid: who.miniOpenid }))])
  expect(queue.again.map(it => it.delaySeconds)).toEqual([10])
})

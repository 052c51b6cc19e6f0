/** A campaign against WeChat's quota of a minute: several containers, one queue, our functions, WeChat in a box. */

import { describe, expect, it } from 'vitest'
import { appids } from '../../kit/app.ts'
import type { Quota } from '../../lib/ports.ts'
import type { StageDeps } from '../../lib/send/deps.ts'
import type { QueuedEvent } from '../../lib/send/ports.ts'
import { resumeEvents } from '../../lib/send/resume-events.ts'
import { sendBatch } from '../../lib/send/send.ts'
import { slowDown } from '../../lib/send/send-pace.ts'
import type { Received } from '../../lib/send/stages.ts'
import { stageApps } from '../idle-pair.ts'
import { openWorld, orderPaid } from '../world.ts'
import { arrival, containerOf, data, event, openSend, path, pushedAt, stageOf, toUnion } from './send-world.ts'

const minuteMs = 60_000
const forever = { until: Number.POSITIVE_INFINITY }

type Waiting = { readonly event: QueuedEvent; readonly dueAt: number }
type World = Awaited<ReturnType<typeof openWorld>>

/** Opens a campaign of so many events to one follower; `isTold`: quota/get tells the limit of a minute. */
async function openCampaign(events: number, { containers = 1, perMinute = 100, isTold = true }) {
  const world = await openWorld()
  await world.control('/quota', { app: 'official', path, minute: perMinute })
  const who = await world.person({ following: true })
  const at = Math.floor(world.now() / 1000)
  await world.links
    .of(appids.official)
    .writeFollower({ openid: who.openid, following: true, followedAt: at, at }, undefined)
  const to = { openid: who.openid }
  const began = world.now()
  const queue: Waiting[] = Array.from({ length: events }, (_, index) => ({
    event: { body: JSON.stringify({ id: `o${index}`, to, template: 'order-paid', data }), attempts: 0, since: began },
    dueAt: began,
  }))
  const senders = Array.from({ length: containers }, () => senderOf(world, queue))
  return { ...world, queue, senders, began, resume: () => resumeEvents(resumeDepsOf(world, isTold), forever) }
}

function senderOf(world: World, queue: Waiting[]): StageDeps {
  const unused = async () => expect.unreachable()
  return stageOf({
    ...containerOf(world),
    followers: { push: unused },
    events: {
      ...{ deadLetter: unused, holdForQuota: unused, retryIn: unused },
      requeue: async list => {
        for (const { event, delaySeconds } of list) {
          expect(delaySeconds).toBeLessThanOrEqual(900)
          queue.push({ event, dueAt: world.now() + delaySeconds * 1000 })
        }
        return new Set()
      },
    },
  })
}

function resumeDepsOf(world: World, isTold: boolean) {
  const { gate, now, sleep } = world
  const [app] = stageApps.officials
  const { wechat, accessTokens, log, metrics } = world.app('official')
  const untold = ({ perMinute: _, ...quota }: Quota) => quota
  const quota: typeof wechat.quota = async (...of) => {
    const told = await wechat.quota(...of)
    return isTold ? told : untold(told)
  }
  const parked = {
    count: async () => ({ urgent: 0, usual: 0 }),
    moveBack: async () => 0,
    moveOldBack: async () => ({ seen: 0, moved: 0 }),
  }
  return { app, wechat: { quota }, accessTokens, gate, parked, reserve: 0, now, sleep, log, metrics }
}

type Campaign = Awaited<ReturnType<typeof openCampaign>>

/** Runs queue, containers and schedule second by second; answers what went out in each minute. */
async function run(campaign: Campaign, longestMinutes: number): Promise<number[]> {
  const { queue, senders, began, now, tick, resume, box } = campaign
  const sent: number[] = []
  for (let second = 0; queue.length > 0 && second < longestMinutes * 60; second++) {
    if (second % 60 === 15) await resume()
    const due = queue.filter(it => it.dueAt <= now())
    queue.splice(0, queue.length, ...queue.filter(it => it.dueAt > now()))
    for (let round = 0; round < due.length; round += 100 * senders.length)
      await Promise.all(
        senders.map((deps, index) => receive(due.slice(round + 100 * index, round + 100 * (index + 1)), deps)),
      )
    tick(1_000)
    sent[Math.floor((now() - 1_000 - began) / minuteMs)] = box.messages().length
  }
  return sent.map((count, minute) => count - (sent[minute - 1] ?? 0))
}

async function receive(due: readonly Waiting[], deps: StageDeps): Promise<void> {
  if (due.length === 0) return
  const arrivals = due.map(({ event }): Received => {
    const message = { receiptHandle: 'handle', messageId: crypto.randomUUID(), receives: 1 }
    return { ...event, ...message, attempts: event.attempts + 1 }
  })
  expect(await sendBatch(arrivals, deps, forever)).toEqual([])
}

describe('more events than WeChat takes in a minute', () => {
  it.each([
    ['tells its limit', true],
    ['does not tell its limit', false],
  ])('cost at most 1.1 calls each and use every minute, where WeChat %s', async (_what, isTold) => {
    const campaign = await openCampaign(1_000, { isTold })
    const sent = await run(campaign, 15)
    expect(campaign.box.messages()).toHaveLength(1_000)
    expect(await campaign.calls(path)).toBeLessThanOrEqual(1_100)
    expect(Math.min(...sent.slice(0, -1))).toBeGreaterThanOrEqual(85)
    expect(sent.length).toBeLessThanOrEqual(12)
  })

  it('waste no more than what ten containers had in flight at the first refusal', async () => {
    const campaign = await openCampaign(2_000, { containers: 10, perMinute: 200, isTold: false })
    const sent = await run(campaign, 20)
    expect(campaign.box.messages()).toHaveLength(2_000)
    expect(await campaign.calls(path)).toBeLessThanOrEqual(2_000 + 10 * 50 + 100)
    expect(sent.length).toBeLessThanOrEqual(13)
  })

  it('find the rate again when WeChat takes fewer, and when it takes more', async () => {
    const campaign = await openCampaign(4_000, { perMinute: 400, isTold: false })
    await run(campaign, 3)
    await campaign.control('/quota', { app: 'official', path, minute: 100 })
    const fewer = await run(campaign, 10)
    expect(fewer.slice(-5)).toEqual(Array(5).fill(100))
    await campaign.control('/quota', { app: 'official', path, minute: 2_000 })
    const more = await run(campaign, 60)
    expect(Math.min(...more.slice(14, -1))).toBeGreaterThan(300)
    expect(campaign.box.messages()).toHaveLength(4_000)
    expect(await campaign.calls(path)).toBeLessThanOrEqual(4_400)
  })

  it('cost no write while WeChat takes them all', async () => {
    const campaign = await openCampaign(300, { perMinute: 1_000 })
    await run(campaign, 2)
    expect(await campaign.calls(path)).toBe(300)
    expect(await campaign.gate.read()).toEqual({})
  })
})

describe('an event that comes with a slot', () => {
  const paced = async () => {
    const world = await openSend()
    const stored = { ...slowDown(undefined, { now: pushedAt, accepted: 100 }), revision: 1 }
    await world.gate.setPace(stored)
    world.tick(180_000)
    const to = toUnion(await world.follower())
    const one = (slotAt?: number) => arrival(event(crypto.randomUUID(), to), slotAt === undefined ? {} : { slotAt })
    return { ...world, one, revision: async () => (await world.gate.read()).pace?.revision }
  }

  it('leaves at once when it is due, without a write', async () => {
    const { send, one, phone, now, revision } = await paced()
    expect(await send([one(now() - 30_000), one(now() + 1_000)])).toEqual([])
    expect([phone().length, await revision()]).toEqual([2, 1])
  })

  it('waits on for it when it comes too early, without a write or a call', async () => {
    const { send, one, calls, now, queue, revision } = await paced()
    const slotAt = now() + 700_500
    expect(await send([one(slotAt)])).toEqual([])
    expect(queue.again).toMatchObject([{ event: { slotAt }, delaySeconds: 701 }])
    expect([await calls(path), await revision()]).toEqual([0, 1])
  })

  it.each([
    ['far too late', -60_001],
    ['out of this world', 900_001],
  ])('needs another, %s', async (_what, afterMs) => {
    const { send, one, now, revision } = await paced()
    await send([one(now() + afterMs)])
    expect(await revision()).toBe(2)
  })

  it('leaves at once where there is no pace any more', async () => {
    const { send, one, phone, now, tick, revision } = await paced()
    tick(600_000)
    await send([one(now() + 700_000)])
    expect([phone().length, await revision()]).toEqual([1, 1])
  })

  it('gets one for each message of its batch with one write', async () => {
    const { send, one, phone, queue, now, revision } = await paced()
    await send(Array.from({ length: 40 }, () => one()))
    expect(await revision()).toBe(2)
    const slots = queue.again.map(it => it.event.slotAt ?? 0)
    expect(new Set([...slots, now()]).size + phone().length).toBe(41)
    expect(phone().length).toBeLessThanOrEqual(2)
  })

  it('waits without a slot while the pace cannot be stored, and nothing is called', async () => {
    const { deps, send, one, queue, calls, now } = await paced()
    const away = { ...deps.gate, setPace: async () => Promise.reject(new Error('away')) }
    expect(await send([one(), one()], { gate: away })).toEqual([])
    expect(queue.again.map(it => it.event.slotAt)).toEqual([undefined, undefined])
    expect(queue.again.every(it => it.delaySeconds >= 450 && it.delaySeconds <= 900)).toBe(true)
    expect([await calls(path), now()]).toEqual([0, pushedAt + 180_000])
  })

  it('is repeated within WeChat’s window without one, if it may have been sent', async () => {
    const { send, one, phone, deps } = await paced()
    const doubtful = one()
    const { id } = JSON.parse(doubtful.body)
    await deps.deliveries.recordUncertainty(id, {
      since: deps.now() - 60_000,
      windows: 1,
      why: 'no answer',
      official: appids.official,
    })
    await deps.gate.setPace({ ...slowDown(undefined, { now: deps.now(), accepted: 0 }), revision: 2 })
    await send([doubtful])
    expect(phone()).toHaveLength(1)
  })
})

describe('an event that waits for the quota of a day', () => {
  it('waits apart if it is urgent', async () => {
    const { send, control, queue, to } = await openSend()
    const templates = { 'order-paid': orderPaid, urgent: { ...orderPaid, urgent: true } }
    await control('/quota', { app: 'official', path, day: 100, used: 100 })
    const both = [event('usual', to), event('urgent', to, { template: 'urgent' })]
    await send(
      both.map(it => arrival(it)),
      { templates },
    )
    expect(queue.parkedAs.toSorted()).toEqual(['urgent', 'usual'])
  })

  it('is one of five that a batch tries right after the gate was opened before its time', async () => {
    const { send, control, queue, calls, gate, now, tick, to } = await openSend()
    await control('/quota', { app: 'official', path, day: 100, used: 100 })
    await gate.close({ until: now() + 3_600_000, errcode: 45009, at: now() })
    tick(60_000)
    const opened = { nextAt: 0, waitMs: 0, falseTimes: 0, openedAt: now(), openedRemain: 50 }
    await gate.reopen(await gate.read(), opened)
    await send(Array.from({ length: 100 }, (_, index) => arrival(event(`o${index}`, to))))
    expect(await calls(path)).toBe(5)
    expect([queue.parked.length + queue.again.length, (await gate.read()).closedAt]).toEqual([100, now()])
  })

  it('goes with all others a minute later', async () => {
    const { send, phone, queue, gate, now, tick, to } = await openSend()
    await gate.reopen({}, { nextAt: 0, waitMs: 0, falseTimes: 0, openedAt: now(), openedRemain: 50 })
    await send(Array.from({ length: 60 }, (_, index) => arrival(event(`o${index}`, to))))
    expect([phone().length, queue.again.length]).toEqual([5, 55])
    expect(queue.again.every(it => it.delaySeconds === 60)).toBe(true)
    tick(60_000)
    await send(queue.again.splice(0).map(it => arrival(it.event.body)))
    expect(phone()).toHaveLength(60)
  })
})

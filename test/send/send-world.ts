/** The sender against WeChat in a box: what it gets from the queue, what it hands back, and what came of it. */

import { appids, boxApps } from '../../kit/app.ts'
import { memoryAttempts } from '../../kit/memory-stores.ts'
import type { Address } from '../../lib/identifiers.ts'
import type { SendDeps, StageDeps } from '../../lib/send/deps.ts'
import type { QueuedEvent } from '../../lib/send/ports.ts'
import { sendBatch } from '../../lib/send/send.ts'
import type { Received } from '../../lib/send/stages.ts'
import type { WeChatOptions } from '../../local/wechat/server.ts'
import { id } from '../ids.ts'
import { openWorld, orderPaid, type Person } from '../world.ts'

export const path = '/cgi-bin/message/template/send'
export const data = { character_string1: '20261122-0001', amount2: '¥88.00', time3: '2026-11-22 09:30' }
export const appid = appids.mini
/** When the world begins. */
export const pushedAt = Date.parse('2026-11-22T12:00:00+08:00')

/** What a container of the sender has for one account, but for its queues. */
export function containerOf(world: Awaited<ReturnType<typeof openWorld>>): Omit<SendDeps, 'events' | 'followers'> {
  const { links, linking, deliveries, gate, now, random, log, metrics } = world
  return {
    ...world.app('official'),
    ...{ links, linking, deliveries, gate, now, random, log, metrics: metricsOf(boxApps.officials[0], metrics) },
    ...{ attempts: memoryAttempts(), backlog: { isEmpty: async () => true }, minis: boxApps.minis },
    ...{ templates: { 'order-paid': orderPaid }, trouble: new Set<string>(), minute: { minute: 0, accepted: 0 } },
  }
}

/** The stage in which there is this account alone, or others beside it. */
export function stageOf(deps: SendDeps, ...others: readonly Account[]): StageDeps {
  return { ...deps, accounts: [deps, ...others] }
}

/** Opens it, with `one` message for somebody who follows; it closes with the test. */
export async function openSend(options: WeChatOptions = {}) {
  const world = await openWorld(options)
  const { links, deliveries, now } = world
  const queue = {
    aside: [] as string[],
    asideOf: [] as object[],
    again: [] as { event: QueuedEvent; delaySeconds: number }[],
    parked: [] as QueuedEvent[],
    parkedAs: [] as string[],
    later: [] as number[],
    followers: [] as unknown[],
    bus: [] as string[],
  }
  const deps: SendDeps = {
    ...containerOf(world),
    followers: { push: async messages => void queue.followers.push(...messages) },
    events: {
      async deadLetter(one, reason, where) {
        queue.aside.push(`${where}: ${reason}`)
        queue.asideOf.push(one)
      },
      async requeue(events) {
        queue.again.push(...events.map(({ event, delaySeconds }) => ({ event, delaySeconds })))
        return new Set()
      },
      async holdForQuota(events) {
        queue.parked.push(...events.map(it => it.event))
        queue.parkedAs.push(...events.map(it => it.priority))
        return new Set()
      },
      retryIn: async (_handle, seconds) => void queue.later.push(seconds),
    },
    results: { publish: async list => void queue.bus.push(...list.map(it => `${it.id} ${it.state}`)) },
  }
  const follower = async (more: object = {}) => {
    const who = await world.person({ following: true, ...more })
    const at = Math.floor(now() / 1000)
    const unionid = who.unionid === undefined ? {} : { unionid: who.unionid }
    await links.writeFollower({ openid: who.openid, ...unionid, following: true, followedAt: at, at }, undefined)
    await links.writeLogin({ miniOpenid: who.miniOpenid, ...unionid }, now())
    return who
  }
  const send = (arrivals: readonly Received[], more: Partial<SendDeps> = {}) =>
    sendBatch(arrivals, stageOf({ ...deps, ...more }), { until: Number.POSITIVE_INFINITY })
  const stateOf = (event: string) => deliveries.find(event)
  const to = toUnion(await follower())
  const body = event('order-1', to)
  const phone = () => world.box.messages()
  return { ...world, deps, queue, follower, send, stateOf, phone, to, body, one: arrival(body) }
}

/** A message of the events queue, given out for the first time. */
export function arrival(body: string | object, more: Partial<Received> = {}): Received {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  const message = { receiptHandle: 'handle', messageId: crypto.randomUUID(), receives: 1 }
  return { body: text, ...message, attempts: 1, since: pushedAt, ...more }
}

/** The same message given out once more. */
export function again(one: Received): Received {
  return { ...one, receives: one.receives + 1, attempts: one.attempts + 1 }
}

/** The message by which an event came back into the queue. */
export function requeued({ event }: { readonly event: QueuedEvent }): Received {
  return arrival(event.body, { ...event, attempts: event.attempts + 1 })
}

export const event = (name: string, to: Address, more: object = {}) => ({
  id: name,
  to,
  template: 'order-paid',
  data,
  ...more,
})

export const toUnion = (who: Person) => ({ unionid: who.unionid ?? id('none') })

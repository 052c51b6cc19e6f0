/** The sender against WeChat in a box: what it gets from the queue, what it hands back, and what came of it. */

import { appids } from '../../kit/app.ts'
import { memoryAttempts } from '../../kit/memory-stores.ts'
import type { MiniOpenId, OpenId, UnionId } from '../../lib/identifiers.ts'
import { metricsOf } from '../../lib/of-app.ts'
import type { AllMetrics } from '../../lib/ports.ts'
import type { Account, StageDeps } from '../../lib/send/deps.ts'
import type { QueuedEvent } from '../../lib/send/ports.ts'
import { sendBatch } from '../../lib/send/send.ts'
import type { Received } from '../../lib/send/stages.ts'
import type { WeChatOptions } from '../../local/wechat/server.ts'
import { openIdleAccounts, stageApps } from '../idle-pair.ts'
import { id } from '../ids.ts'
import { openWorld, orderPaid, type Person } from '../world.ts'

export const path = '/cgi-bin/message/template/send'
export const data = { character_string1: '20261122-0001', amount2: '¥88.00', time3: '2026-11-22 09:30' }
export const appid = appids.mini
/** When the world begins. */
export const pushedAt = Date.parse('2026-11-22T12:00:00+08:00')

type World = Awaited<ReturnType<typeof openWorld>>
type OfAccount = Omit<Account, 'metrics'>

/** What a container of the sender has, but for its queues: what is of the stage, and what of its default account. */
export function containerOf(world: World) {
  const { links, linking, deliveries, gate, now, random, log, metrics } = world
  const { wechat, accessTokens } = world.app('official')
  const account: OfAccount = {
    ...{ app: stageApps.officials[0], wechat, accessTokens, gate, linking },
    ...{ templates: { 'order-paid': orderPaid }, trouble: new Set<string>(), minute: { minute: 0, accepted: 0 } },
  }
  const stage = { links, deliveries, attempts: memoryAttempts(), backlog: { isEmpty: async () => true } }
  return { ...account, ...stage, minis: stageApps.minis, idle: openIdleAccounts(world), now, random, log, metrics }
}

/** All that the sender is given, with what is of its default account beside what is of the stage. */
export type Given = Omit<StageDeps, 'accounts' | 'metrics'> &
  OfAccount & { readonly idle?: readonly OfAccount[]; readonly metrics: AllMetrics }

/** The stage of this account, with further ones. */
export function stageOf(given: Given, ...others: readonly Account[]): StageDeps {
  const { idle = [], ...own } = given
  const [first, ...last] = [own, ...idle].map(it => ({ ...it, metrics: metricsOf(it.app, given.metrics) }))
  if (first === undefined) throw new Error('no account')
  return { ...given, accounts: [first, ...others, ...last] }
}

/** Opens it, with `one` message for somebody who follows; it closes with the test. */
export async function openSend(options: WeChatOptions = {}) {
  const world = await openWorld(options)
  const { deliveries, now } = world
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
  const deps: Given = {
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
    await world.links
      .of(appids.official)
      .writeFollower({ openid: who.openid, ...unionid, following: true, followedAt: at, at }, undefined)
    await world.links.writeLogin({ mini: appids.mini, miniOpenid: who.miniOpenid, ...unionid }, now())
    return who
  }
  const send = (arrivals: readonly Received[], more: Partial<Given> = {}) =>
    sendBatch(arrivals, stageOf({ ...deps, ...more }), { until: Number.POSITIVE_INFINITY })
  const stateOf = (event: string) => deliveries.find(event)
  const to = toUnion(await follower())
  const body = event('order-1', to)
  const phone = () => world.box.messages()
  const links = { ...world.links, ...world.links.of(appids.official) }
  return { ...world, links, deps, queue, follower, send, stateOf, phone, to, body, one: arrival(body) }
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

type To = { readonly unionid: UnionId } | { readonly openid: OpenId } | { readonly miniOpenid: MiniOpenId }

/** An event as it is pushed; whose app an id is of it says elsewhere. */
export const event = (name: string, to: To, more: object = {}) => ({
  id: name,
  to,
  template: 'order-paid',
  data,
  ...more,
})

export const toUnion = (who: Person) => ({ unionid: who.unionid ?? id('none') })

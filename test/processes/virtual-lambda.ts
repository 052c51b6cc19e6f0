/**
 * The sender on Lambda in virtual time: nothing waits, and everything takes as long as a run says. An invocation that
 * comes to its limit is cut: what it has sent arrives all the same, and it hears of nothing any more.
 */

import { openApp } from '../../kit/app.ts'
import { beginsForMs, feedOf, timeoutMs } from '../../kit/deployment.ts'
import {
  memoryAttempts,
  memoryDeliveries,
  memoryGate,
  memoryLinking,
  memoryLinks,
  memoryTokens,
} from '../../kit/memory-stores.ts'
import { silentLog as log, silentMetrics as metrics } from '../../kit/silent.ts'
import type { Answer, Transport } from '../../lib/adapters/wechat/transport.ts'
import { TransportError } from '../../lib/errors.ts'
import type { StageDeps } from '../../lib/send/deps.ts'
import type { QueuedEvent } from '../../lib/send/ports.ts'
import { sendBatch } from '../../lib/send/send.ts'
import type { Received } from '../../lib/send/stages.ts'
import { id } from '../ids.ts'
import { twoPairs } from '../second-pair.ts'
import { orderPaid } from '../world.ts'

const limitMs = timeoutMs('send')
/** So long before its end no call waits. */
const writeMs = 1_000
const { visibilityMs } = feedOf('send')
const dedupeMs = 600_000
const openid = id('openid-of-the-follower')
const {
  officials: [, brand],
  minis: [, shop],
} = twoPairs

/** How long things take, in ms, at an instant from the beginning. */
export type Times = { readonly wechat: (at: number) => number; readonly tables: (at: number) => number }

type Message = { readonly id: string; readonly event: QueuedEvent; visibleAt: number; receives: number }
/** What runs until it is cut. */
type Life = { isAlive: boolean; readonly endsAt: number }

/** Pushes so many events and plays until none is left in the queue. */
export async function playSends(count: number, random: () => number, times: Times) {
  const world = openWorld(random, times)
  const { clock, phone, queue, deliveries, links } = world
  const seconds = Math.floor(clock.now() / 1000)
  await links.of(brand.appid).writeFollower({ openid, following: true, followedAt: seconds, at: seconds }, undefined)
  for (let number = 0; number < count; number++) queue.push(eventOf(number, clock.now()), 0)
  let cuts = 0
  while (!queue.isEmpty()) {
    const batch = queue.receive(count)
    if (batch.length > 0) cuts += (await invoke(batch, world)) ? 0 : 1
    else await clock.passTo(queue.nextAt())
  }
  await clock.passTo(clock.now() + 2 * limitMs)
  const marks = await deliveries.read(Array.from({ length: count }, (_, number) => nameOf(number)))
  const states = [...marks.values()].map(it => it.delivery?.state)
  return { arrived: phone.arrived, aside: queue.aside, states, cuts }
}

type World = ReturnType<typeof openWorld>

function openWorld(random: () => number, times: Times) {
  const clock = openClock(Date.parse('2026-11-22T12:00:00+08:00'))
  const { now } = clock
  const stores = { deliveries: memoryDeliveries(now), attempts: memoryAttempts(), links: memoryLinks() }
  const ours = { ...stores, gate: memoryGate(), tokens: memoryTokens() }
  return { ...ours, clock, phone: openPhone(now), queue: openQueue(now), random, times }
}

/** One batch in a container of its own; false if it was cut. */
async function invoke(batch: Message[], world: World): Promise<boolean> {
  const { clock, queue } = world
  const life = { isAlive: true, endsAt: clock.now() + limitMs }
  const arrivals = batch.map((message, index) => ({ ...arrivalOf(message, index), message }))
  let failed: readonly { readonly message: Message }[] | undefined
  const deps = depsOf(world, life, batch)
  void sendBatch(arrivals, deps, { until: clock.now() + beginsForMs('send') }).then(it => {
    failed = it
  })
  while (failed === undefined && clock.now() < life.endsAt) await clock.step(life.endsAt)
  life.isAlive = false
  if (failed === undefined) return false
  const stay = new Set(failed.map(it => it.message))
  queue.remove(batch.filter(it => !stay.has(it)))
  return true
}

function arrivalOf({ id: messageId, event, receives }: Message, index: number): Received {
  return {
    body: event.body,
    receiptHandle: `${index}`,
    messageId,
    receives,
    attempts: event.attempts + receives,
    since: event.since,
  }
}

function depsOf(world: World, life: Life, batch: readonly Message[]): StageDeps {
  const { clock, queue, deliveries, attempts, links, gate, random, times } = world
  const began = clock.now()
  /** A request to a table or a queue: done half-way, answered if anybody is still there to hear it. */
  const slowly =
    <A extends unknown[], T>(work: (...args: A) => Promise<T>) =>
    (...args: A) =>
      new Promise<T>((resolve, reject) => {
        const ms = times.tables(began) * random()
        const hear = (tell: () => void) => clock.after(ms / 2, () => life.isAlive && tell())
        clock.after(ms / 2, () => {
          work(...args).then(
            it => hear(() => resolve(it)),
            error => hear(() => reject(error)),
          )
        })
      })
  const { now } = clock
  const opened = openApp({
    app: brand,
    transport: createTransport(world, life),
    tokens: world.tokens,
    sleep: ms => new Promise<void>(resolve => clock.after(ms, resolve)),
    remainingMs: () => life.endsAt - now(),
    owner: `${began}`,
    now,
  })
  const account = {
    ...opened,
    app: brand,
    gate,
    linking: memoryLinking(now),
    templates: { 'order-paid': orderPaid },
    trouble: new Set<string>(),
    minute: { minute: 0, accepted: 0 },
  }
  return {
    accounts: [account],
    minis: [shop],
    links: { resolve: slowly(links.resolve) },
    deliveries: {
      read: slowly(deliveries.read),
      accept: slowly(deliveries.accept),
      record: slowly(deliveries.record),
      recordUncertainty: slowly(deliveries.recordUncertainty),
      recordWaiting: slowly(deliveries.recordWaiting),
    },
    attempts: { write: slowly(attempts.write), open: slowly(attempts.open) },
    backlog: { isEmpty: async () => true },
    events: {
      deadLetter: slowly(async ({ body }, reason, where) => void queue.aside.push(`${where}: ${reason}: ${body}`)),
      requeue: slowly(async list => {
        for (const { event, delaySeconds } of list) queue.push(event, delaySeconds * 1000)
        return new Set<number>()
      }),
      holdForQuota: slowly(async () => new Set<number>()),
      retryIn: slowly(async (handle, s) => {
        const message = batch[Number(handle)]
        if (message !== undefined) message.visibleAt = now() + s * 1000
      }),
    },
    followers: { push: async () => undefined },
    now,
    random,
    log,
    metrics,
  }
}

/** Bounded as the real one is: by 10 s, and by what the function has left. */
function createTransport({ clock, phone, random, times }: World, { endsAt }: Life): Transport {
  return call => {
    const left = endsAt - clock.now() - writeMs
    if (left <= 0) return Promise.reject(new TransportError(call.api, 'withheld', 'out of time'))
    const ms = times.wechat(clock.now())
    return new Promise((resolve, reject) => {
      let answer: Answer
      clock.after(ms * random(), () => {
        answer = phone.serve(call)
      })
      const waits = Math.min(10_000, left)
      if (ms < waits) clock.after(ms, () => clock.now() < endsAt && resolve(answer))
      else clock.after(waits, () => reject(new TransportError(call.api, 'timeout', 'no answer')))
    })
  }
}

/** WeChat, as far as the sender knows it: the same id within ten minutes is the same message. */
function openPhone(now: () => number) {
  const arrived: string[] = []
  const known = new Map<string, number>()
  const answer = (body: object): Answer => ({ status: 200, body: Buffer.from(JSON.stringify(body)) })
  return {
    arrived,
    serve({ path, body }: Parameters<Transport>[0]): Answer {
      if (path.includes('token')) return answer({ access_token: 'token', expires_in: 7200 })
      const { client_msg_id: key, data } = body as { client_msg_id: string; data: Record<string, { value: string }> }
      if (now() - (known.get(key) ?? Number.NEGATIVE_INFINITY) >= dedupeMs) {
        known.set(key, now())
        arrived.push(data.character_string1?.value ?? '')
      }
      return answer({ errcode: 0, errmsg: 'ok', msgid: 1 })
    },
  }
}

function openQueue(now: () => number) {
  let messages: Message[] = []
  let pushed = 0
  return {
    aside: [] as string[],
    isEmpty: () => messages.length === 0,
    nextAt: () => messages.reduce((least, it) => Math.min(least, it.visibleAt), Number.POSITIVE_INFINITY),
    push: (event: QueuedEvent, delayMs: number) =>
      void messages.push({ id: `${pushed++}`, event, visibleAt: now() + delayMs, receives: 0 }),
    receive(most: number): Message[] {
      const batch = messages.filter(it => it.visibleAt <= now()).slice(0, most)
      for (const it of batch) {
        it.visibleAt = now() + visibilityMs
        it.receives += 1
      }
      return batch
    },
    remove(done: readonly Message[]) {
      const gone = new Set(done)
      messages = messages.filter(it => !gone.has(it))
    },
  }
}

/** A clock that moves only from one thing that is due to the next. */
function openClock(start: number) {
  let at = start
  const due: { readonly at: number; readonly go: () => void }[] = []
  /** The latest stands first, and of those of one instant the one that was asked for last. */
  const placeOf = (instant: number) => {
    let [low, high] = [0, due.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((due[middle]?.at ?? 0) > instant) low = middle + 1
      else high = middle
    }
    return low
  }
  const settle = () => new Promise<void>(resolve => setImmediate(resolve))
  const clock = {
    now: () => at,
    after(ms: number, go: () => void) {
      const instant = at + Math.max(0, ms)
      due.splice(placeOf(instant), 0, { at: instant, go })
    },
    /** Does what is due next, but nothing after `end`; then all who heard of it go on. */
    async step(end: number) {
      await settle()
      const next = due.at(-1)
      if (next === undefined || next.at > end) {
        at = end
        return
      }
      due.pop()
      at = next.at
      next.go()
    },
    async passTo(instant: number) {
      while (at < instant) await clock.step(instant)
    },
  }
  return clock
}

function nameOf(number: number): string {
  return `order-${number}`
}

function eventOf(number: number, since: number): QueuedEvent {
  const data = { character_string1: `NO-${number}`, amount2: '¥88.00', time3: '2026-11-22 09:30' }
  return {
    body: JSON.stringify({ id: nameOf(number), to: { openid }, template: 'order-paid', data }),
    attempts: 0,
    since,
  }
}

/** The message push: stores events, and holds them back or sends them, a few at a time. */
import type { CallbackConfig } from './callback-config.ts'
import { type CallbackAnswer, type Sender, verifyUrl } from './callback-request.ts'
import type { Clock } from './clock.ts'
import { type Delivery, deliver, keptDeliveries, type PushedEvent, type Way } from './delivery.ts'
import { type WeChatEvent, writeEvent } from './events.ts'
import type { Live } from './live.ts'
import { createMarkFail } from './mark-fail.ts'
import type { PhoneSide } from './phone-side.ts'

/** Concurrent requests: each may cold-start a function, and WeChat waits for five seconds. */
const parallel = 4

/** Settings that do not change while the box runs. */
export type CallbackOptions = {
  live: Live
  account: { appid: string; originalId: string }
  config: CallbackConfig
  timeoutMs: number
  retryGapMs: number
  phone: PhoneSide
}

type Change = { [K in keyof CallbackConfig]?: CallbackConfig[K] | undefined } & {
  hold?: boolean | undefined
  markFailAfter?: number | null | undefined
}

/** The message push of one app. */
export type Callbacks = ReturnType<typeof createCallbacks>

type Push = Way & {
  originalId: string
  events: Map<string, PushedEvent>
  waiting: PushedEvent[]
  held: PushedEvent[]
  holding: boolean
  counter: number
  busy: number
}

/** Creates the message push; nothing is sent while no URL is set. */
export function createCallbacks(clock: Clock, options: CallbackOptions) {
  const stop = new AbortController()
  const push = openPush(clock, options, stop.signal)
  return {
    /** Sends an event, or holds it back; returns its id. */
    emit: (event: WeChatEvent) => emit(push, event),
    release: (ids: readonly string[] | undefined) => release(push, ids),
    verify: async (): Promise<CallbackAnswer | undefined> => {
      const { url } = push.config
      return url === undefined ? undefined : verifyUrl({ ...push.config, url }, push.sender())
    },
    configure: (change: Change) => configure(push, change),
    /** With its Token and EncodingAESKey. */
    config: (): CallbackConfig => push.config,
    /** Marks the URL as failing. */
    markFail: push.markFail.mark,
    /** Ends the mark, as entering the URL again does. */
    clearMark: push.markFail.clear,
    /** What an event is as it is pushed, unencrypted; undefined once it is forgotten. */
    plainOf: (id: string) => push.events.get(id)?.plain,
    state: () => {
      const { url, mode, format } = push.config
      return { url, mode, format, holding: push.holding, ...push.markFail.state() }
    },
    deliveries: (): readonly Delivery[] => push.log,
    held: (): readonly PushedEvent[] => push.held,
    forget: () => {
      push.held = []
      push.waiting = []
      push.log = []
    },
    close: () => stop.abort(),
  }
}

function openPush(clock: Clock, options: CallbackOptions, stop: AbortSignal): Push {
  const { live, account, config, timeoutMs, retryGapMs, phone } = options
  // Not the box's clock: the receiver's clock does not move with ours, and its window of 300 s is about transport.
  const sender = (): Sender => ({ ...account, wallSeconds: Math.floor(clock.wall() / 1000), timeoutMs, stop })
  const lists = { log: [], waiting: [], held: [], events: new Map<string, PushedEvent>() }
  const way = { clock, live, config, retryGapMs, sender, phone, markFail: createMarkFail(clock) }
  return { ...way, ...lists, originalId: account.originalId, holding: false, counter: 0, busy: 0 }
}

/** Undefined settings stay as they are, except the URL: without one the push is off. */
function configure(push: Push, { hold, markFailAfter, ...change }: Change): void {
  const { config } = push
  const { token = config.token, aesKey = config.aesKey, mode = config.mode, format = config.format } = change
  push.config = { url: 'url' in change ? change.url : config.url, token, aesKey, mode, format }
  push.holding = hold ?? push.holding
  if ('url' in change) push.markFail.clear()
  if (markFailAfter !== undefined) push.markFail.setLimit(markFailAfter)
}

function emit(push: Push, event: WeChatEvent): string {
  push.phone.did(event)
  push.counter += 1
  const id = `e${push.counter}`
  if (push.config.url === undefined && !push.holding) return id
  const { originalId, config } = push
  const plain = writeEvent(event, { originalId, createTime: push.clock.seconds(), format: config.format })
  keep(push, { id, event: event.event, openid: event.openid, plain, ...(event.isMessage && { isMessage: true }) })
  if (push.busy < parallel) void work(push)
  return id
}

function keep(push: Push, event: PushedEvent): void {
  push.events.set(event.id, event)
  for (const old of push.events.keys()) {
    if (push.events.size <= keptDeliveries) break
    push.events.delete(old)
  }
  if (push.holding) push.held.push(event)
  else push.waiting.push(event)
}

async function work(push: Push): Promise<void> {
  push.busy += 1
  for (let event = push.waiting.shift(); event !== undefined; event = push.waiting.shift()) await deliver(push, event)
  push.busy -= 1
}

/** Delivers events in this order, one after the other; an id may appear twice, or have been delivered before. */
async function release(push: Push, ids: readonly string[] | undefined): Promise<number> {
  const order = (ids ?? push.held.map(event => event.id)).flatMap(id => push.events.get(id) ?? [])
  const released = new Set(order)
  push.held = push.held.filter(event => !released.has(event))
  for (const event of order) await deliver(push, event)
  return order.length
}

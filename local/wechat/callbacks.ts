/** The message push: keeps events, delivers each up to three times, and logs every delivery (docs/wechat.md 9.5). */
import type { CallbackConfig } from './callback-config.ts'
import { type CallbackAnswer, pushEvent, type Sender, verifyUrl } from './callback-request.ts'
import type { Clock } from './clock.ts'
import { type WeChatEvent, writeEvent } from './events.ts'

const maxDeliveries = 3
/** Requests under way at once: each may start a function anew, and WeChat waits for five seconds. */
const parallel = 4
const keptDeliveries = 20_000

/** One delivery and what came of it; `id` names the event. */
export type Delivery = CallbackAnswer & { id: string; event: string; openid: string; attempt: number; at: number }

/** An event that is written but may still be held back. */
export type PushedEvent = { id: string; event: string; openid: string; plain: string }

/** Settings that do not change while the box runs. */
export type CallbackOptions = {
  account: { appid: string; originalId: string }
  config: CallbackConfig
  timeoutMs: number
  retryGapMs: number
}

type Change = { [K in keyof CallbackConfig]?: CallbackConfig[K] | undefined } & { hold?: boolean | undefined }

/** The message push of one app. */
export type Callbacks = ReturnType<typeof createCallbacks>

type Push = {
  clock: Clock
  options: CallbackOptions
  config: CallbackConfig
  stop: AbortController
  log: Delivery[]
  events: Map<string, PushedEvent>
  waiting: PushedEvent[]
  held: PushedEvent[]
  holding: boolean
  counter: number
  busy: number
}

/** Creates the message push; nothing is sent while no URL is set. */
export function createCallbacks(clock: Clock, options: CallbackOptions) {
  const push: Push = { clock, options, config: options.config, ...emptyPush() }
  return {
    /** Sends an event, or holds it back; returns its id. */
    emit: (event: WeChatEvent) => emit(push, event),
    release: (ids: readonly string[] | undefined) => release(push, ids),
    verify: async (): Promise<CallbackAnswer | undefined> => {
      const { url } = push.config
      return url === undefined ? undefined : verifyUrl({ ...push.config, url }, senderOf(push))
    },
    /** What is undefined stays, but for the URL: none switches the push off. */
    configure: ({ hold, ...change }: Change) => {
      const { config } = push
      const { token = config.token, aesKey = config.aesKey, mode = config.mode, format = config.format } = change
      push.config = { url: 'url' in change ? change.url : config.url, token, aesKey, mode, format }
      push.holding = hold ?? push.holding
    },
    state: () => {
      const { url, mode, format } = push.config
      return { url, mode, format, holding: push.holding }
    },
    deliveries: (): readonly Delivery[] => push.log,
    held: (): readonly PushedEvent[] => push.held,
    forget: () => {
      push.held = []
      push.waiting = []
      push.log = []
    },
    close: () => push.stop.abort(),
  }
}

function emptyPush() {
  const stop = new AbortController()
  const lists = { log: [], waiting: [], held: [], events: new Map<string, PushedEvent>() }
  return { ...lists, stop, holding: false, counter: 0, busy: 0 }
}

function emit(push: Push, event: WeChatEvent): string {
  push.counter += 1
  const id = `e${push.counter}`
  if (push.config.url === undefined && !push.holding) return id
  const { originalId } = push.options.account
  const { format } = push.config
  const plain = writeEvent(event, { originalId, createTime: push.clock.seconds(), format })
  keep(push, { id, event: event.event, openid: event.openid, plain })
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

async function deliver(push: Push, event: PushedEvent): Promise<void> {
  for (let attempt = 1; attempt <= maxDeliveries; attempt += 1) {
    if (attempt > 1) await pause(push.options.retryGapMs, push.stop.signal)
    if (push.stop.signal.aborted || (await attemptOnce(push, event, attempt))) return
  }
}

/** One delivery; true when there is nothing more to do. */
async function attemptOnce(push: Push, event: PushedEvent, attempt: number): Promise<boolean> {
  const { url } = push.config
  if (url === undefined) return true
  const at = push.clock.now()
  const answer = await pushEvent(event, { ...push.config, url }, senderOf(push))
  push.log.push({ id: event.id, event: event.event, openid: event.openid, attempt, at, ...answer })
  // In one go now and then, since taking from the front of a long array is slow.
  if (push.log.length > keptDeliveries * 1.1) push.log.splice(0, push.log.length - keptDeliveries)
  return answer.outcome === 'accepted'
}

/** Delivers events in just this order, one after the other; an id may stand there twice, and may have been delivered before. */
async function release(push: Push, ids: readonly string[] | undefined): Promise<number> {
  const order = (ids ?? push.held.map(event => event.id)).flatMap(id => push.events.get(id) ?? [])
  const released = new Set(order)
  push.held = push.held.filter(event => !released.has(event))
  for (const event of order) await deliver(push, event)
  return order.length
}

function senderOf({ clock, options, stop }: Push): Sender {
  // Not the box's clock: the receiver's clock does not move with ours, and its window of 300 s is about transport.
  const wallSeconds = Math.floor(clock.wall() / 1000)
  return { ...options.account, wallSeconds, timeoutMs: options.timeoutMs, stop: stop.signal }
}

function pause(ms: number, stop: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    const finish = () => {
      clearTimeout(timer)
      stop.removeEventListener('abort', finish)
      resolve()
    }
    const timer = setTimeout(finish, ms)
    stop.addEventListener('abort', finish)
  })
}

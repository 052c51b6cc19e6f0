/** Passing pushes on: the queue for it, the servers behind us, and who listens to all pushes. */

import { randomInt } from 'node:crypto'
import { createPushQueue } from '../adapters/aws/push-queue.ts'
import { createPushBus, createPushSink } from '../adapters/aws/push-subscribers.ts'
import type { App } from '../apps.ts'
import type { PushKeys, Stamp } from '../callback/envelope.ts'
import { createRests, type ForwardDeps } from '../callback/forward-push.ts'
import type { Post, Subscribers } from '../callback/ports.ts'
import type { TakeDeps } from '../callback/take-push.ts'
import { config } from '../config.ts'
import type { ForwardTarget } from '../forward-target.ts'
import { forwardSecretOf, secretOf } from '../secret-names.ts'
import { apps } from './apps.ts'
import { log, now } from './context.ts'
import { metrics } from './metrics.ts'
import { neededSecret, secrets } from './secrets.ts'

/** The servers that take an app's pushes; FORWARD_URL is of the default Official Account, and has its name. */
export function forwardTargetsOf(app: App): readonly ForwardTarget[] {
  const { FORWARD_URL: url, FORWARD_MODE: mode } = config('FORWARD_URL', 'FORWARD_MODE')
  const own = url === 'off' || app !== apps().officials[0] ? [] : [{ name: app.name, url, mode, answers: true }]
  return [...own, ...(app.forward ?? [])]
}

/** The queue of what is passed on later; only where something is. */
export function passOn(): Pick<TakeDeps, 'passOn'> {
  const { PASS_ON_QUEUE, PUSHES_BUS, PUSHES_QUEUE } = config('PASS_ON_QUEUE', 'PUSHES_BUS', 'PUSHES_QUEUE')
  if (PASS_ON_QUEUE === 'off') return {}
  const subscribers = PUSHES_BUS !== 'off' || PUSHES_QUEUE !== 'off'
  return { passOn: { queue: createPushQueue(PASS_ON_QUEUE), subscribers } }
}

/** Those who listen to all pushes. */
export function subscribers(): readonly Subscribers[] {
  return [
    ...(config('PUSHES_BUS').PUSHES_BUS === 'off' ? [] : [createPushBus(config('PUSHES_BUS').PUSHES_BUS)]),
    ...(config('PUSHES_QUEUE').PUSHES_QUEUE === 'off' ? [] : [createPushSink(config('PUSHES_QUEUE').PUSHES_QUEUE)]),
  ]
}

const rests = createRests(now)

/** What handing pushes of one app to a server takes. */
export function forwarding(app: App): ForwardDeps {
  return { app, post, keysOf: target => keysOf(app, target), stamp, rests, log, metrics }
}

let opened: Promise<Post> | undefined

/** Loaded with the first push for a server, because most deployments have none. */
async function post(...call: Parameters<Post>): Promise<string> {
  opened ??= import('../adapters/forward.ts').then(it => it.createPost(config('FORWARD_NETWORK').FORWARD_NETWORK))
  return (await opened)(...call)
}

async function keysOf(app: App, target: ForwardTarget): Promise<PushKeys> {
  const [token, key] = [forwardSecretOf(target, 'forward-token'), forwardSecretOf(target, 'forward-aes-key')]
  const [callbackToken, callbackKey] = [secretOf(app, 'callback-token'), secretOf(app, 'callback-aes-key')]
  const known = secrets(token, key, callbackToken, callbackKey)
  const encodingAesKey = (await known.get(key)) ?? (await known.get(callbackKey))
  return {
    appid: app.appid,
    token: (await known.get(token)) ?? (await neededSecret(callbackToken)),
    ...(encodingAesKey === undefined ? {} : { encodingAesKey }),
  }
}

/** This moment, and a number that nobody knows beforehand. */
export function stamp(): Stamp {
  return { timestamp: `${Math.floor(now() / 1000)}`, nonce: `${randomInt(1_000_000_000, 2_000_000_000)}` }
}

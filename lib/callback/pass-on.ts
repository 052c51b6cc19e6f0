/**
 * Passes on kept pushes: to those who listen to all of them, again until they are taken; to a server behind us once, as WeChat
 * would have done it.
 */

import * as v from 'valibot'
import { type App, type Apps, findAppById } from '../apps.ts'
import type { ForwardTarget } from '../forward-target.ts'
import type { AppId } from '../identifiers.ts'
import type { Named } from '../log-scope.ts'
import { inParallel } from '../pool.ts'
import type { Log } from '../ports.ts'
import { validate } from '../validate.ts'
import { type ForwardDeps, forwardPush } from './forward-push.ts'
import type { PassOn, Subscribers } from './ports.ts'
import { publishedPush } from './published-push.ts'
import { parsePush } from './push.ts'

export type PassOnDeps = {
  readonly apps: Apps
  /** What passing on to the servers of one app takes. */
  readonly of: (app: App) => ForwardDeps & { readonly targets: readonly ForwardTarget[] }
  /** Those who listen to all pushes. */
  readonly subscribers: readonly Subscribers[]
  readonly log: Log
}

const limitMs = 4000
const atOnce = 10

const kept = {
  appid: v.custom<AppId>(it => typeof it === 'string'),
  message: v.string(),
  at: v.number(),
  hops: v.optional(v.number(), 0),
}
const passOnSchema = v.variant('to', [
  v.object({ to: v.literal('subscribers'), ...kept }),
  v.object({ to: v.literal('target'), target: v.string(), ...kept }),
])

/** Parses a message of the queue; throws Error. */
export function parsePassOn(body: string): PassOn {
  return validate(passOnSchema, JSON.parse(body), 'a push to pass on')
}

type Item = PassOn & Named

/** Returns those to be retried: what the listeners did not take. */
export async function passOnPushes(items: readonly Item[], deps: PassOnDeps): Promise<readonly Named[]> {
  const [refused] = await Promise.all([
    publish(
      items.filter(it => it.to === 'subscribers'),
      deps,
    ),
    inParallel(
      items.filter(it => it.to === 'target'),
      atOnce,
      it => forwardOne(it, deps),
    ),
  ])
  return refused
}

/** What one of the listeners does not take, all get again, with the same id. */
async function publish(items: readonly Item[], { apps, subscribers, log }: PassOnDeps): Promise<readonly Named[]> {
  if (items.length === 0) return []
  const pushes = items.map(it => publishedPush(it, findAppById(apps, it.appid) ?? { name: it.appid, appid: it.appid }))
  const answers = await Promise.all(subscribers.map(it => it.publish(pushes)))
  const refused = new Set(answers.flatMap(it => [...it.refused]))
  const error = answers.map(it => it.cause).find(it => it !== undefined)
  if (refused.size > 0) log.error('push.not-published', { messages: refused.size, error })
  return items.filter((_, index) => refused.has(index))
}

/** A server that is in the list no more gets nothing. */
async function forwardOne(item: Item & { readonly to: 'target' }, { apps, of, log }: PassOnDeps): Promise<void> {
  const app = findAppById(apps, item.appid)
  const deps = app === undefined ? undefined : of(app)
  const target = deps?.targets.find(it => it.name === item.target)
  if (deps === undefined || target === undefined) return log.warn('push.unknown-target', { target: item.target })
  const push = { message: item.message, hops: item.hops, fields: parsePush(item.message).fields }
  await forwardPush(push, target, { deps, limitMs, read: () => undefined })
}

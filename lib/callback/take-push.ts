/**
 * Takes an authentic push: queues our own work and what others get of it, then finds WeChat's answer. What a server behind us
 * does, or fails to do, changes nothing of our own work.
 */

import type { ForwardTarget } from '../forward-target.ts'
import { logOf } from '../of-app.ts'
import type { Now, Queue } from '../ports.ts'
import type { CallbackKeys, Push } from './authenticate.ts'
import { type CallbackDeps, handleEvent } from './callback.ts'
import { isJson, sealReply } from './envelope.ts'
import { type ForwardDeps, forwardPush, textOf } from './forward-push.ts'
import { readReply } from './passive-reply.ts'
import type { PassOn } from './ports.ts'
import { type Replies, replyTo, writeReply } from './replies.ts'
import { targetsOf } from './targets.ts'

export type TakeDeps = CallbackDeps &
  ForwardDeps & {
    readonly keys: CallbackKeys
    readonly targets: readonly ForwardTarget[]
    /** What replies.json answers for the app, where no server does. */
    readonly replies: Replies
    /** Only where pushes are passed on to others; `subscribers` says whether some get all of them. */
    readonly passOn?: { readonly queue: Queue<PassOn>; readonly subscribers: boolean }
    readonly now: Now
  }

/** When the push came (ms, our clock): WeChat waits from then on. */
type Received = { readonly at: number }

/** WeChat waits 5 s; the time that a target has counts from when the push came, with some left for the way back. */
const waitMs = 4000
const maxHops = 2

/** Returns the body of WeChat's answer: `success`, or a passive reply, encrypted where the push was. */
export async function takePush(push: Push, deps: TakeDeps, { at }: Received): Promise<string> {
  const { answering, others } = isLooping(push, deps) ? { others: [] } : targetsOf(push.fields, deps.targets)
  const isPassedOn = deps.passOn?.subscribers === true || answering !== undefined || others.length > 0
  await Promise.all([handleEvent(push.event, { ...deps, isPassedOn }), keepForOthers(push, others, { deps, at })])
  const theirs = answering === undefined ? undefined : await askTarget(push, answering, { deps, at })
  const reply = theirs ?? ownReply(push, deps)
  return reply === undefined ? 'success' : sealedFor(push, reply, deps)
}

/** A server behind us may be one of us, which hands the push on in its turn; a third time it goes round in a circle. */
function isLooping({ hops }: Push, deps: TakeDeps): boolean {
  if (hops < maxHops) return false
  const log = logOf(deps.app, deps.log)
  log.warn('push.looped', { hops })
  return true
}

type Context = { readonly deps: TakeDeps; readonly at: number }

async function keepForOthers(
  { message, hops }: Push,
  others: readonly ForwardTarget[],
  { deps: { app, passOn }, at }: Context,
): Promise<void> {
  const kept = { appid: app.appid, message, at, hops }
  const all: PassOn[] = [
    ...(passOn?.subscribers ? [{ ...kept, to: 'subscribers' } as const] : []),
    ...others.map(({ name }) => ({ ...kept, to: 'target', target: name }) as const),
  ]
  if (all.length > 0) await passOn?.queue.push(all)
}

/** A failed target is counted, and WeChat gets no error: a repeat would not help the person either. */
async function askTarget(push: Push, target: ForwardTarget, { deps, at }: Context): Promise<string | undefined> {
  const limitMs = Math.min(waitMs, at + waitMs - deps.now())
  const [openid, account] = [textOf(push.fields.FromUserName), textOf(push.fields.ToUserName)]
  return forwardPush(push, target, {
    deps,
    limitMs,
    read: (answer, keys) =>
      readReply(answer, { openid, account, isJson: isJson(push.message) }, { keys, mode: target.mode }),
  })
}

function ownReply({ fields }: Push, { replies, now }: TakeDeps): string | undefined {
  const reply = replyTo(fields, replies)
  const [toUserName, fromUserName] = [textOf(fields.FromUserName), textOf(fields.ToUserName)]
  const createTime = Math.floor(now() / 1000)
  return reply === undefined ? undefined : writeReply(reply, { toUserName, fromUserName, createTime })
}

function sealedFor({ isEncrypted }: Push, reply: string, { app, keys, stamp }: TakeDeps): string {
  if (!isEncrypted) return reply
  return sealReply(reply, { ...keys, appid: app.appid }, stamp())
}

/** Hands one push to a server behind us, as WeChat would; what fails is counted and logged, and is never an error of ours. */

import type { AppName } from '../apps.ts'
import type { ForwardTarget } from '../forward-target.ts'
import { logOf } from '../of-app.ts'
import type { Log, Metrics, Now } from '../ports.ts'
import { type PushKeys, type Stamp, writePush } from './envelope.ts'
import { WrongReply } from './passive-reply.ts'
import { ForwardError, type Post } from './ports.ts'
import type { PushFields } from './push.ts'

export type ForwardDeps = {
  readonly app: { readonly name: AppName }
  /** Loaded with the first push for a target. */
  readonly post: Post
  /** Token and EncodingAESKey of a target: its own, or those of the app's callback. */
  readonly keysOf: (target: ForwardTarget) => Promise<PushKeys>
  readonly stamp: () => Stamp
  readonly rests: Rests
  readonly log: Log
  readonly metrics: Metrics
}

type Forwarded = { readonly message: string; readonly hops: number; readonly fields: PushFields }
type Forwarding<T> = {
  readonly deps: ForwardDeps
  readonly limitMs: number
  /** Reads the answer; throws WrongReply. */
  readonly read: (answer: string, keys: PushKeys) => T
}

/** Returns what `read` makes of the answer, undefined if there was none in time or a wrong one. */
export async function forwardPush<T>(
  { message, hops, fields }: Forwarded,
  target: ForwardTarget,
  { deps, limitMs, read }: Forwarding<T>,
): Promise<T | undefined> {
  const { post, keysOf, stamp, rests, metrics } = deps
  if (rests.isResting(target.name)) return withhold(target, deps)
  try {
    const keys = await keysOf(target)
    if (target.mode !== 'plain' && keys.encodingAesKey === undefined) throw new ForwardError('no-key')
    const push = { message, hops, openid: textOf(fields.FromUserName), toUserName: textOf(fields.ToUserName) }
    const answer = await post(target.url, writePush(push, keys, { mode: target.mode, stamp: stamp() }), limitMs)
    const result = read(answer, keys)
    rests.worked(target.name)
    return result
  } catch (error) {
    const why = whyOf(error)
    if (why === undefined) throw error
    metrics.count('ForwardFailed')
    const log = logOf(deps.app, deps.log)
    log.warn('push.not-forwarded', {
      target: target.name,
      ...why,
      rests: rests.failed(target.name),
    })
    return undefined
  }
}

function withhold({ name }: ForwardTarget, deps: ForwardDeps): undefined {
  deps.metrics.count('ForwardFailed')
  const log = logOf(deps.app, deps.log)
  log.debug('push.withheld', { target: name })
}

type Why = { readonly why: string; readonly status?: number | undefined }

function whyOf(error: unknown): Why | undefined {
  if (error instanceof ForwardError) return { why: error.why, status: error.status }
  return error instanceof WrongReply ? { why: error.message } : undefined
}

/** A field's text; empty for one that is missing or has parts. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

/** Servers that keep failing are left alone for a minute, as WeChat leaves alone a URL (docs/wechat.md 9.6). */
export type Rests = {
  isResting(target: string): boolean
  /** Returns whether it is left alone from now on. */
  failed(target: string): boolean
  worked(target: string): void
}

const failuresInARow = 3
const restMs = 60_000

/** Remembers in one container how often each target failed in a row. */
export function createRests(now: Now): Rests {
  const known = new Map<string, { failures: number; until: number }>()
  return {
    isResting: target => now() < (known.get(target)?.until ?? 0),
    worked: target => void known.delete(target),
    failed(target) {
      const failures = (known.get(target)?.failures ?? 0) + 1
      const rests = failures >= failuresInARow
      known.set(target, { failures, until: rests ? now() + restMs : 0 })
      return rests
    },
  }
}

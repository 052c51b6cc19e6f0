/** Judges the number of deferred and in-flight messages in a consumed queue. */

import { ConfigError, WeChatError } from '../errors.ts'
import { isPaced } from '../send/send-pace.ts'
import { reasonOf } from '../send/waiting.ts'
import { readLog } from './commands.ts'
import type { DoctorDeps, QueueSize } from './deps.ts'
import type { AccountFacts, Facts } from './facts.ts'
import type { Finding } from './finding.ts'

export type Trouble = Finding & Required<Pick<Finding, 'hint'>>

type Consumed = keyof DoctorDeps['queueNames']

/**
 * The consumer of each queue, and twice its maximum in flight by serverless.yml: failed messages count as in flight
 * until they are visible again, so a larger number means failures.
 */
export const consumed = {
  events: { by: 'send', most: 2_000 },
  followers: { by: 'link-followers', most: 1_000 },
  receipts: { by: 'receipts', most: 500 },
  images: { by: 'receive-images', most: 200 },
  imageChecks: { by: 'check-images', most: 100 },
  passOn: { by: 'pass-on', most: 400 },
} as const satisfies Record<Consumed, object>

/** A few deferrals are normal: short retries, and recipients who got too many messages. */
const mostDeferred = 100

/**
 * Reports deferred events if this run sees a cause that an operator must fix; otherwise only if there are many. A
 * per-minute pace is reported by the check of quotas.
 */
export async function delayOf(
  { name, later }: QueueSize & { readonly name: string },
  { now, ...place }: DoctorDeps,
  { officials }: Facts,
): Promise<Trouble | undefined> {
  const words = `${later} in ${name} are deferred, to be retried later`
  const log = readLog('send', place)
  const needing = await Promise.all(officials.map(needsOperator))
  if (needing.includes(true))
    return { status: 'wrong', words, hint: `${log}: it says why; see what else is wrong here` }
  const paced = await Promise.all(officials.map(it => isAtPace(it, now())))
  if (later <= mostDeferred || paced.includes(true)) return undefined
  return {
    status: 'warning',
    words: `${words}: this run sees no cause`,
    hint: `${log}: it says why; GET /deliveries/{id} says whether an operator must act`,
  }
}

async function isAtPace({ gate }: AccountFacts, now: number): Promise<boolean> {
  const [read] = await Promise.allSettled([gate.read()])
  return read?.status === 'fulfilled' && isPaced(read.value.pace, now)
}

/** Whether the calls that sending by an account needs are refused. Makes no calls beyond those of other checks. */
async function needsOperator({ token, firstPage, accountTemplates }: AccountFacts): Promise<boolean> {
  const outcomes = await Promise.allSettled([token(), firstPage(), accountTemplates()])
  const errors: readonly unknown[] = outcomes.flatMap(it => (it.status === 'rejected' ? [it.reason] : []))
  return errors.some(
    it => it instanceof ConfigError || (it instanceof WeChatError && reasonOf(it).cause === 'operator'),
  )
}

/** Reports numbers of deferred or in-flight messages that are too high to be normal. */
export function backlogOf(queue: Consumed, size: QueueSize & { readonly name: string }, place: DoctorDeps): Trouble[] {
  const { by, most } = consumed[queue]
  const oftenDefers = queue === 'events' || queue === 'imageChecks'
  const parts = [
    ...(size.inWork > most ? [`${size.inWork} in flight, more than ${by} processes at once`] : []),
    ...(!oftenDefers && size.later > mostDeferred ? [`${size.later} deferred`] : []),
  ]
  if (parts.length === 0) return []
  const words = `${size.name} has ${parts.join(', and ')}: failed messages are retried`
  return [{ status: 'warning', words, hint: `${readLog(by, place)}: it says why` }]
}

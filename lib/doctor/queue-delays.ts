/** What the numbers of a queue that a function consumes tell of trouble: what is put off, and what is in work. */

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
 * Who consumes which queue, and twice what they take at once by serverless.yml: what is given back counts as in work until it
 * comes again, and more than this is no work any more.
 */
export const consumed = {
  events: { by: 'send', most: 2_000 },
  followers: { by: 'link-followers', most: 1_000 },
  receipts: { by: 'receipts', most: 500 },
  images: { by: 'receive-images', most: 200 },
  imageChecks: { by: 'check-images', most: 100 },
} as const satisfies Record<Consumed, object>

/** A few are put off where all is well: what is done a second time after a moment, and people who get too much for now. */
const mostPutOff = 100

/**
 * Tells of events that were put off for what somebody must mend, as this run sees it too; else only of many. Of a pace that
 * is kept the check of the quotas tells.
 */
export async function delayOf(
  { name, later }: QueueSize & { readonly name: string },
  { now, ...place }: DoctorDeps,
  { officials }: Facts,
): Promise<Trouble | undefined> {
  const words = `${later} in ${name} are put off, and come again later`
  const log = readLog('send', place)
  const needing = await Promise.all(officials.map(needsOperator))
  if (needing.includes(true))
    return { status: 'wrong', words, hint: `${log}: it tells why; see what else is wrong here` }
  const paced = await Promise.all(officials.map(it => isAtPace(it, now())))
  if (later <= mostPutOff || paced.includes(true)) return undefined
  return {
    status: 'warning',
    words: `${words}: nothing that this run sees keeps them`,
    hint: `${log}: it tells why; GET /deliveries/{id} says whether an event waits for an operator`,
  }
}

async function isAtPace({ gate }: AccountFacts, now: number): Promise<boolean> {
  const [read] = await Promise.allSettled([gate.read()])
  return read?.status === 'fulfilled' && isPaced(read.value.pace, now)
}

/** Whether WeChat refuses an account what send needs as well. Costs no call that another check does not make. */
async function needsOperator({ token, firstPage, accountTemplates }: AccountFacts): Promise<boolean> {
  const outcomes = await Promise.allSettled([token(), firstPage(), accountTemplates()])
  const errors: readonly unknown[] = outcomes.flatMap(it => (it.status === 'rejected' ? [it.reason] : []))
  return errors.some(
    it => it instanceof ConfigError || (it instanceof WeChatError && reasonOf(it).cause === 'operator'),
  )
}

/** Tells of what is put off or in work in such a number that it hardly goes as it should. */
export function crowdOf(queue: Consumed, size: QueueSize & { readonly name: string }, place: DoctorDeps): Trouble[] {
  const { by, most } = consumed[queue]
  const isPutOffOften = queue === 'events' || queue === 'imageChecks'
  const parts = [
    ...(size.inWork > most ? [`${size.inWork} in work, more than ${by} takes at once`] : []),
    ...(!isPutOffOften && size.later > mostPutOff ? [`${size.later} put off`] : []),
  ]
  if (parts.length === 0) return []
  const words = `${size.name} has ${parts.join(', and ')}: what fails comes again`
  return [{ status: 'warning', words, hint: `${readLog(by, place)}: it tells why` }]
}

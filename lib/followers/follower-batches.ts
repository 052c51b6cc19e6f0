/** News of followers on its way into the queue: in hundreds, for WeChat is asked for a hundred in one call. */

import type { OpenId } from '../identifiers.ts'
import { inRuns } from '../pool.ts'
import type { Queue } from '../ports.ts'
import type { FollowerNews } from './follower-news.ts'
import type { LinkingStore, WalkStep } from './ports.ts'

/** `user/info/batchget` takes so many openids at most. */
export const batchSize = 100

/** `at` in seconds by WeChat's clock; `isAgain` puts right what stands wrong of them. */
type How = {
  readonly at: number
  readonly isAgain?: boolean
  readonly step: WalkStep
  readonly deps: {
    readonly followers: Queue<FollowerNews>
    readonly linking: Pick<LinkingStore, 'expect'>
  }
}

/** Queues all of them as one step of a walk, whose messages are counted until they are worked in. */
export async function queueStep(
  change: FollowerNews['change'],
  openids: readonly OpenId[],
  { at, isAgain, step, deps }: How,
): Promise<void> {
  if (openids.length === 0) return
  await deps.linking.expect(step, openids.length)
  const how = { change, at, ...(isAgain ? { isAgain } : {}) }
  const runs = inRuns(openids, batchSize)
  const news = runs.map((some, message) => ({ ...how, openids: some, walk: { ...step, message } }))
  await deps.followers.push(news)
}

/** Those who fill hundreds, and the rest, in the order in which they were given. */
export function splitFull(openids: readonly OpenId[]): { full: readonly OpenId[]; rest: readonly OpenId[] } {
  const full = openids.length - (openids.length % batchSize)
  return { full: openids.slice(0, full), rest: openids.slice(full) }
}

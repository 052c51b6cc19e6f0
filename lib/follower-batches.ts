/** News of followers on its way into the queue: in hundreds, for WeChat is asked for a hundred in one call. */

import type { FollowerNews } from './follower-news.ts'
import type { OpenId } from './identifiers.ts'
import { inRuns } from './pool.ts'
import type { Queue } from './ports.ts'
import { batchSize } from './walk.ts'

/** `at` in seconds by WeChat's clock; `isAgain` puts right what stands wrong of them. */
type How = {
  readonly at: number
  readonly isAgain?: boolean
  readonly deps: { readonly followers: Pick<Queue, 'push'> }
}

/** Queues all of them; the last message may name fewer than a hundred. */
export async function queueNews(
  change: FollowerNews['change'],
  openids: readonly OpenId[],
  { at, isAgain, deps }: How,
): Promise<void> {
  const how = { change, at, ...(isAgain ? { isAgain } : {}) }
  const news = inRuns(openids, batchSize).map(some => ({ ...how, openids: some }) satisfies FollowerNews)
  if (news.length > 0) await deps.followers.push(news)
}

/** Queues those who fill hundreds and answers the rest, in the order in which they were given. */
export async function queueFull(
  change: FollowerNews['change'],
  openids: readonly OpenId[],
  how: How,
): Promise<readonly OpenId[]> {
  const full = openids.length - (openids.length % batchSize)
  await queueNews(change, openids.slice(0, full), how)
  return openids.slice(full)
}

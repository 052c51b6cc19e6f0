/** News of followers on its way into the queue: in hundreds, for WeChat is asked for a hundred in one call. */

import type { FollowerNews } from './follower-news.ts'
import type { OpenId } from './identifiers.ts'
import { inRuns } from './pool.ts'
import type { LinkingStore, Queue, WalkStep } from './ports.ts'
import { batchSize } from './walk.ts'

/** `at` in seconds by WeChat's clock. */
type How = { readonly at: number; readonly deps: { readonly followers: Pick<Queue, 'push'> } }
type WalkHow = {
  readonly at: number
  readonly step: WalkStep
  readonly deps: How['deps'] & { readonly linking: Pick<LinkingStore, 'expect'> }
}

/** Queues all of them; the last message may name fewer than a hundred. */
export function queueNews(change: FollowerNews['change'], openids: readonly OpenId[], how: How): Promise<void> {
  return pushAll(
    inRuns(openids, batchSize).map(some => ({ change, openids: some, at: how.at })),
    how,
  )
}

/** The same as one step of a walk, whose messages are counted until they are worked in. */
export async function queueStep(
  change: FollowerNews['change'],
  openids: readonly OpenId[],
  { at, step, deps }: WalkHow,
): Promise<void> {
  if (openids.length > 0) await deps.linking.expect(step, openids.length)
  const runs = inRuns(openids, batchSize)
  await pushAll(
    runs.map((some, message) => ({ change, openids: some, at, walk: { ...step, message } })),
    { deps },
  )
}

async function pushAll(news: readonly FollowerNews[], { deps }: Pick<How, 'deps'>): Promise<void> {
  if (news.length > 0) await deps.followers.push(news)
}

/** Those who fill hundreds, and the rest, in the order in which they were given. */
export function splitFull(openids: readonly OpenId[]): { full: readonly OpenId[]; rest: readonly OpenId[] } {
  const full = openids.length - (openids.length % batchSize)
  return { full: openids.slice(0, full), rest: openids.slice(full) }
}

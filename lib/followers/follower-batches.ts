/** The queue stage: changes of followers go into the queue in hundreds, for WeChat is asked for a hundred in one call. */

import type { OfficialAccount } from '../apps.ts'
import { inRuns } from '../pool.ts'
import type { Queue } from '../ports.ts'
import type { FollowerNews } from './follower-news.ts'
import type { LinkingStore, SyncStep } from './ports.ts'
import type { Compared, Queued } from './stages.ts'

/** `user/info/batchget` takes so many openids at most. */
export const batchSize = 100

type QueueDeps = {
  readonly app: OfficialAccount
  readonly followers: Queue<FollowerNews>
  readonly linking: Pick<LinkingStore, 'expect'>
}
/** What all of one step have in common, beside their change. */
type Step = Pick<Queued, 'at' | 'isAgain'> & { readonly step: SyncStep }

/** Queues all of them, who have one change, as a step of a sync run, whose messages are counted until they are worked in. */
export async function queueStep(followers: readonly Compared[], told: Step, deps: QueueDeps): Promise<void> {
  const change = followers[0]?.change
  if (change === undefined) return
  const { at, isAgain, step } = told
  await deps.linking.expect(step, followers.length)
  const common = { change, official: deps.app.appid, at, ...(isAgain ? { isAgain } : {}) }
  const news = inRuns(followers, batchSize).map((some, message) => {
    return { ...common, openids: some.map(it => it.openid), walk: { ...step, message } }
  })
  await deps.followers.push(news)
}

/** Those who fill hundreds, and the rest, in the order in which they were given. */
export function splitFull<T>(items: readonly T[]): { full: readonly T[]; rest: readonly T[] } {
  const full = items.length - (items.length % batchSize)
  return { full: items.slice(0, full), rest: items.slice(full) }
}

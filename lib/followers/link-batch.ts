/** A batch of up to 100 followers on its way through ask, load, decide and write. */

import type { Slots } from '../pool.ts'
import { ask } from './ask-followers.ts'
import { decide } from './decide.ts'
import type { LinkFollowersDeps } from './deps.ts'
import type { Failure } from './link-failures.ts'
import { noteWait } from './link-waits.ts'
import { load } from './load.ts'
import type { Queued, Written } from './stages.ts'
import { writeFollowers } from './write-followers.ts'

type Limits = { readonly until: number; readonly asking: Slots }

/** Links those for whom there is time before `until` (ms); enters who could not be linked in `failure`. */
export async function linkBatch(
  batch: readonly Queued[],
  failure: Failure,
  deps: LinkFollowersDeps,
  { until, asking }: Limits,
): Promise<readonly Written[]> {
  try {
    const answer = await asking(async () => (deps.now() < until ? ask(batch, deps) : undefined))
    if (answer === undefined) return notStarted(batch, failure)
    const { asked, unanswered } = answer
    const decided = (await load(asked, deps)).map(it => ({ ...it, decision: decide(it) }))
    const { written, unwritten } = await writeFollowers(decided, deps)
    for (const openid of [...unanswered, ...unwritten]) failure.alone.add(openid)
    return written
  } catch (error) {
    deps.log.error('link-followers.failed', { error, openids: batch.length })
    for (const { openid } of batch) failure.batches.add(openid)
    noteWait(error, failure, deps.now())
    return []
  }
}

/** There was no time for it: it comes again in a moment. */
function notStarted(batch: readonly Queued[], { untried }: Failure): readonly Written[] {
  for (const { openid } of batch) untried.add(openid)
  return []
}

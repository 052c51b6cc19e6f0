/** Takes all that a queue has into the hand, to look at it, and gives it back. */

import { inParallel, inRuns } from '../../lib/pool.ts'
import type { AsideQueue } from './aside-queue.ts'
import type { Letter } from './letter.ts'
import type { Means } from './means.ts'

/** What is held, by SQS's message id: SQS may hand out one message twice. */
export type Hand = Map<string, Letter>

type LookDeps = Pick<Means, 'now' | 'signal'> & {
  /** Takes how many there are so far. */
  readonly show: (count: number) => void
}

/** Enough for the 120,000 messages that SQS lets anybody hold, looked at and moved. */
export const hideSeconds = 300
const lookMs = 120_000
/** How many requests are under way at once. */
export const lanes = 8

/** Receives until no more comes, and leaves what came in `hand`, even if it fails. */
export async function look(queue: AsideQueue, hand: Hand, { now, signal, show }: LookDeps): Promise<void> {
  const until = now() + lookMs
  await inParallel(Array.from({ length: lanes }), lanes, async () => {
    // A request that is given up would hide what it was about to bring: it is waited for.
    while (!signal.aborted && now() < until) {
      const letters = await queue.receive(hideSeconds)
      if (letters.length === 0) return
      for (const it of letters) hand.set(it.messageId, it)
      show(hand.size)
    }
  })
}

/** Gives back all that is in the hand; answers how many come back only by themselves. */
export async function giveBack(queue: Pick<AsideQueue, 'giveBack'>, hand: Hand): Promise<number> {
  let kept = 0
  await inParallel(inRuns([...hand.values()], 10), lanes, async run => {
    kept += (await queue.giveBack(run)).length
  })
  hand.clear()
  return kept
}

/** Moves events back into the queue of events. */

import { inParallel, inRuns } from '../../lib/pool.ts'
import type { AsideQueue } from './aside-queue.ts'
import type { EventsQueue } from './events-queue.ts'
import { type Letter, messageOf } from './letter.ts'
import { type Hand, lanes } from './look.ts'
import type { Means } from './means.ts'

type MoveDeps = Pick<Means, 'now' | 'signal'> & {
  readonly queue: Pick<AsideQueue, 'remove'>
  readonly events: Pick<EventsQueue, 'push'>
  readonly hand: Hand
  readonly evenInDoubt: boolean
  /** Nothing is moved after this instant (ms), when others begin to see the messages. */
  readonly until: number
  /** Takes how many are moved so far. */
  readonly show: (count: number) => void
}

/** `twice` were pushed and could not be deleted; `failure` is what ended it. */
export type Moved = { moved: number; twice: number; failure?: unknown }

/** Pushes each, then deletes it: a crash between makes two of one, and the done mark one of two. */
export async function move(letters: readonly Letter[], deps: MoveDeps): Promise<Moved> {
  const total: Moved = { moved: 0, twice: 0 }
  await inParallel(inRuns(letters, 10), lanes, async run => {
    if (deps.signal.aborted || deps.now() >= deps.until || 'failure' in total) return
    try {
      await moveRun(run, total, deps)
    } catch (failure) {
      total.failure = failure
    }
    deps.show(total.moved)
  })
  return total
}

async function moveRun(run: readonly Letter[], total: Moved, { queue, events, hand, evenInDoubt }: MoveDeps) {
  const pushes = await Promise.allSettled(
    run.map(async letter => {
      const message = messageOf(letter, { evenInDoubt })
      if (message !== undefined) await events.push(message)
      return message !== undefined
    }),
  )
  const pushed = run.filter((_, index) => isPushed(pushes[index]))
  const left = new Set(await queue.remove(pushed))
  total.moved += pushed.length - left.size
  total.twice += left.size
  for (const it of pushed) if (!left.has(it)) hand.delete(it.messageId)
  for (const it of pushes) if (it.status === 'rejected') throw it.reason
}

function isPushed(push: PromiseSettledResult<boolean> | undefined): boolean {
  return push?.status === 'fulfilled' && push.value
}

/** Follows an event from state to state, until nothing more becomes of it while one waits. */

import type { Delivery } from '../../lib/send/delivery.ts'
import type { Session } from '../command/session.ts'
import type { Deliveries } from './deliveries.ts'

type FollowDeps = Pick<Session, 'now' | 'sleep'> & {
  readonly deliveries: Deliveries
  /** Takes each new state. */
  readonly tell: (delivery: Delivery) => void
  /** Takes what is known while nothing new comes, and for how long (ms). */
  readonly wait: (seen: Delivery | undefined, ms: number) => void
}

type Followed = {
  readonly id: string
  /** What was known of this id before: it is no news. */
  readonly before: Delivery | undefined
  readonly waitMs: number
}

/** `silent`: nothing new came while one waited; then `seen` can only be accepted, waiting, or nothing. */
export type Ending = { readonly kind: 'ended' | 'silent'; readonly seen: Delivery | undefined }

const pollMs = 500
/** What becomes another state within the minutes in which people watch. */
const goesOn: ReadonlySet<Delivery['state']> = new Set(['accepted', 'waiting'])

/** Answers when the event has come to its end, or nothing new has come for `waitMs`. */
export async function follow({ id, before, waitMs }: Followed, deps: FollowDeps): Promise<Ending> {
  const { deliveries, now, sleep, tell, wait } = deps
  let seen: Delivery | undefined
  let newsAt = now()
  for (;;) {
    const found = await deliveries.find(id)
    if (found !== undefined && isNews(found, seen ?? before)) {
      seen = found
      newsAt = now()
      tell(found)
    }
    if (seen !== undefined && !goesOn.has(seen.state)) return { kind: 'ended', seen }
    if (now() - newsAt >= waitMs) return { kind: 'silent', seen }
    wait(seen, now() - newsAt)
    await sleep(pollMs)
  }
}

/** Judged anew, an event may come to the same state: at another instant. */
function isNews(found: Delivery, known: Delivery | undefined): boolean {
  return found.state !== known?.state || found.at !== known.at
}

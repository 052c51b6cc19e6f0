/** What of the followers' news could not be worked in, and how it comes again: alone, where it alone is the trouble. */

import type { FollowerNews, News } from './follower-news.ts'
import type { OpenId } from './identifiers.ts'
import type { Log, Queue } from './ports.ts'

export type Failure = {
  /** Whose batch failed as a whole, so that their messages come again. */
  readonly batches: Set<OpenId>
  /** Whose batch was not begun, for there was no time. */
  readonly untried: Set<OpenId>
  /** Who failed alone among others who are worked in. */
  readonly alone: Set<OpenId>
  /** For so long it makes no sense to try again. */
  waitSeconds: number
  /** Set if somebody has to act before another try may do better. */
  isLasting: boolean
}

type Deps = { readonly followers: Pick<Queue, 'push'>; readonly log: Log }
type Arrival = { readonly news: News }

/** After WeChat was asked twice it needs a moment. */
const aloneAfterSeconds = 60

export function isOfFollowers<A extends Arrival>(arrival: A): arrival is A & { readonly news: FollowerNews } {
  return arrival.news.change === 'follow' || arrival.news.change === 'unfollow'
}

/**
 * Answers the messages that must come again as they are. Of the others, those who failed alone are queued again in a
 * message of their own: it tries as often as any, and whoever ends in the dead-letter queue ends there without the rest.
 */
export async function failedMessages<A extends Arrival>(
  arrivals: readonly A[],
  failure: Failure,
  deps: Deps,
): Promise<ReadonlySet<A>> {
  const told = arrivals.filter(isOfFollowers)
  const whole = told.filter(it => isWhole(it.news, failure))
  const parted = told.filter(it => !whole.includes(it) && it.news.openids.some(openid => failure.alone.has(openid)))
  const apart = parted.map(it => aloneOf(it.news, failure))
  try {
    if (apart.length > 0) await deps.followers.push(apart, aloneAfterSeconds)
    return new Set<A>(whole)
  } catch (error) {
    deps.log.error('link-followers.not-queued-apart', { error, messages: apart.length })
    return new Set<A>([...whole, ...parted])
  }
}

/** A message all of whose people failed has none to spare: it comes again itself, so that its tries are counted. */
function isWhole({ openids }: FollowerNews, { batches, untried, alone }: Failure): boolean {
  return (
    openids.some(it => batches.has(it) || untried.has(it)) || (openids.length > 0 && openids.every(it => alone.has(it)))
  )
}

function aloneOf({ change, openids, at }: FollowerNews, { alone }: Failure): FollowerNews {
  return { change, openids: openids.filter(it => alone.has(it)), at, isAgain: true }
}

/** What of the followers' news could not be worked in, and how it comes again: alone, where only it failed. */

import type { OpenId } from '../identifiers.ts'
import type { LinkFollowersDeps } from './deps.ts'
import type { FollowerNews, News } from './follower-news.ts'

export type Failure = {
  /** Whose batch failed as a whole, so that their messages come again. */
  readonly batches: Set<OpenId>
  /** Whose batch was not started, for there was no time. */
  readonly untried: Set<OpenId>
  /** Who failed alone among others who are worked in. */
  readonly alone: Set<OpenId>
  /** For so long it makes no sense to try again. */
  waitSeconds: number
  /** Set if somebody has to act before another try may do better. */
  isLasting: boolean
}

export function noFailure(): Failure {
  return { batches: new Set(), untried: new Set(), alone: new Set(), waitSeconds: 0, isLasting: false }
}

type Arrival = { readonly news: News }

/** After WeChat was asked twice it needs a moment. */
const aloneAfterSeconds = 60

export function isOfFollowers<A extends Arrival>(arrival: A): arrival is A & { readonly news: FollowerNews } {
  return arrival.news.change === 'follow' || arrival.news.change === 'unfollow'
}

/** `again` must come again as they are; `parted` are done with, but some of their people are queued anew. */
export type Unlinked<A> = { readonly again: ReadonlySet<A>; readonly parted: ReadonlySet<A> }

/**
 * Tells which messages must come again as they are. Of the others, those who failed alone are queued again in a message of
 * their own: it tries as often as any, and whoever ends in the dead-letter queue ends there without the rest. A message of
 * a sync run is worked in only with the last of its people, so the new one is that message of the run from now on.
 */
export async function failedMessages<A extends Arrival>(
  arrivals: readonly A[],
  failure: Failure,
  deps: LinkFollowersDeps,
): Promise<Unlinked<A>> {
  const changes = arrivals.filter(isOfFollowers)
  const whole = changes.filter(it => isWhole(it.news, failure))
  const parted = changes.filter(it => !whole.includes(it) && it.news.openids.some(openid => failure.alone.has(openid)))
  const apart = parted.map(it => aloneOf(it.news, failure))
  try {
    if (apart.length > 0) await deps.followers.push(apart, aloneAfterSeconds)
    return { again: new Set<A>(whole), parted: new Set<A>(parted) }
  } catch (error) {
    deps.log.error('link-followers.not-queued-apart', { error, messages: apart.length })
    return { again: new Set<A>([...whole, ...parted]), parted: new Set() }
  }
}

/** A message all of whose people failed has none to spare: it comes again itself, so that its tries are counted. */
function isWhole({ openids }: FollowerNews, { batches, untried, alone }: Failure): boolean {
  return (
    openids.some(it => batches.has(it) || untried.has(it)) || (openids.length > 0 && openids.every(it => alone.has(it)))
  )
}

function aloneOf(news: FollowerNews, { alone }: Failure): FollowerNews {
  return { ...news, openids: news.openids.filter(it => alone.has(it)), isAgain: true }
}

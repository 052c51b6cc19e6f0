/** The merge stage: one record of all that the messages of a batch tell of one openid. */

import type { OpenId } from '../identifiers.ts'
import type { FollowerNews } from './follower-news.ts'
import type { Queued } from './stages.ts'

type FollowerArrival = { readonly news: FollowerNews; readonly receives: number }

/** Whoever is told to follow by any of them is asked for: such a message names no unionid, and only WeChat knows. */
export function mergeChanges(arrivals: readonly FollowerArrival[]): readonly Queued[] {
  const merged = new Map<OpenId, Queued>()
  for (const { news, receives } of arrivals) {
    for (const openid of news.openids) {
      const before = merged.get(openid)
      const change = before?.change === 'follow' ? 'follow' : news.change
      // Of what was given out before, who knows how far that came.
      const isAgain = receives > 1 || news.isAgain === true || before?.isAgain === true
      merged.set(openid, { openid, change, isAgain, at: Math.max(news.at, before?.at ?? 0) })
    }
  }
  return [...merged.values()]
}

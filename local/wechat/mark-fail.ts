/**
 * MarkFail: WeChat stops calling a URL that keeps failing for a minute, and events and messages of that minute are lost
 * (docs/wechat.md 9.6).
 */
import type { Clock } from './clock.ts'

const pauseMs = 60_000

/** The mark of one app's URL. */
export type MarkFail = ReturnType<typeof createMarkFail>

/** Creates the mark; the number of failures is not published, so there is no limit until `setLimit` sets one. */
export function createMarkFail(clock: Clock) {
  let limit: number | null = null
  /** How many pushes in a row failed in all tries. */
  let failures = 0
  let until = 0

  const mark = () => {
    until = clock.now() + pauseMs
    failures = 0
  }
  return {
    /** Marks the URL for one minute. */
    mark,
    isMarked: () => clock.now() < until,
    /** Marks the URL after this many pushes in a row failed in all tries; null never does. */
    setLimit: (pushes: number | null) => {
      limit = pushes
    },
    /** A new URL, or one entered again, has no mark. */
    clear: () => {
      until = 0
      failures = 0
    },
    /** Called for each push once it was delivered or given up. */
    count: (arrived: boolean) => {
      failures = arrived ? 0 : failures + 1
      if (limit !== null && failures >= limit) mark()
    },
    state: () => ({ failures, markFailAfter: limit, markedUntil: clock.now() < until ? until : null }),
  }
}

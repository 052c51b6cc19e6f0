/**
 * MarkFail: WeChat leaves a URL alone for a minute whose pushes keep failing, and what would have come then is gone
 * (docs/wechat.md 9.6).
 */
import type { Clock } from './clock.ts'

const pauseMs = 60_000

/** The mark of one app's URL. */
export type MarkFail = ReturnType<typeof createMarkFail>

/** Creates the mark; how many failures make one is published nowhere, so they make none until `setLimit` says. */
export function createMarkFail(clock: Clock) {
  let limit: number | null = null
  let failures = 0
  let until = 0

  const mark = () => {
    until = clock.now() + pauseMs
    failures = 0
  }
  return {
    /** Marks the URL for a minute from now on. */
    mark,
    isMarked: () => clock.now() < until,
    /** Marks the URL after so many events in a row that failed each time they were sent; null never does. */
    setLimit: (events: number | null) => {
      limit = events
    },
    /** Another URL, or one that was entered anew, has no mark. */
    clear: () => {
      until = 0
      failures = 0
    },
    /** Told of each event once it came, or will come no more. */
    count: (arrived: boolean) => {
      failures = arrived ? 0 : failures + 1
      if (limit !== null && failures >= limit) mark()
    },
    state: () => ({ markFailAfter: limit, markedUntil: clock.now() < until ? until : null }),
  }
}

/** The box's clock: the wall clock plus the offset set by tests. */
export type Clock = ReturnType<typeof createClock>

const minuteMs = 60_000
const dayMs = 86_400_000
/** Counters run by the calendar of China Standard Time, which has no summer time. */
const shanghaiOffsetMs = 8 * 3_600_000

/** Creates a clock that can be moved; all times are milliseconds since the epoch. */
export function createClock(wall: () => number) {
  let offset = 0
  const now = () => wall() + offset
  const shanghai = () => now() + shanghaiOffsetMs

  return {
    now,
    /** The real clock. */
    wall,
    seconds: () => Math.floor(now() / 1000),
    minute: () => Math.floor(now() / minuteMs),
    day: () => Math.floor(shanghai() / dayMs),
    month: () => new Date(shanghai()).toISOString().slice(0, 7),
    /** How far ahead of the real clock it is. */
    offset: () => offset,
    advance: (ms: number) => {
      offset += ms
    },
    set: (instant: number) => {
      offset = instant - wall()
    },
  }
}

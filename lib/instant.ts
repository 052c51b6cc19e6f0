/** Parses RFC 3339 times. One parser decides both which texts are valid and which time each one is. */

/**
 * The syntax alone, also for the JSON Schema: `T` may be lower case or a blank, as RFC 3339 allows, an offset has hours
 * and minutes, and a second may be 60. The pattern does not check dates, or where a leap second can be.
 */
export const instantPattern =
  /^(\d{4})-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])[Tt ]([01]\d|2[0-3]):([0-5]\d):([0-5]\d|60)(?:\.(\d{1,9}))?(?:[Zz]|([+-])([01]\d|2[0-3]):([0-5]\d))$/

const minuteMs = 60_000
/** The last millisecond of the year 9999, in UTC. */
const lastMs = 253_402_300_799_999

/**
 * Parses a time from 1970 to 9999 (UTC); returns milliseconds, rounded down, or undefined if it is invalid.
 *
 * A leap second is the last second of a month in UTC; as in Unix time it equals the second after it.
 */
export function readInstant(text: string): number | undefined {
  const [, year, month, day, hour, minute, second, fraction = '', sign, offsetHours = 0, offsetMinutes = 0] =
    instantPattern.exec(text) ?? []
  const midnight = midnightOf(Number(year), Number(month), Number(day))
  if (midnight === undefined) return undefined
  const offset = (Number(offsetHours) * 60 + Number(offsetMinutes)) * (sign === '-' ? -1 : 1)
  const minuteAt = midnight + (Number(hour) * 60 + Number(minute) - offset) * minuteMs
  if (second === '60' && !isLastOfMonth(minuteAt)) return undefined
  const ms = minuteAt + Number(second) * 1000 + Number(fraction.slice(0, 3).padEnd(3, '0'))
  return ms >= 0 && ms <= lastMs ? ms : undefined
}

/** The start of a calendar day (ms, UTC); undefined if there is no such day. */
function midnightOf(year: number, month: number, day: number): number | undefined {
  // Not Date.UTC, which takes the year 70 for 1970.
  const date = new Date(0)
  const ms = date.setUTCFullYear(year, month - 1, day)
  return date.getUTCDate() === day ? ms : undefined
}

function isLastOfMonth(minuteAt: number): boolean {
  const next = new Date(minuteAt + minuteMs)
  return next.getUTCDate() === 1 && next.getUTCHours() === 0 && next.getUTCMinutes() === 0
}

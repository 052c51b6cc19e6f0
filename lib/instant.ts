/** Instants as RFC 3339 writes them: one reader says both which texts are instants, and which instant each is. */

/**
 * The form alone, for the JSON Schema too: `T` may be small or a blank, as RFC 3339 allows, an offset has hours and
 * minutes, and a second may be a 60th. Which dates there are, and where a leap second can be, no pattern says.
 */
export const instantPattern =
  /^(\d{4})-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])[Tt ]([01]\d|2[0-3]):([0-5]\d):([0-5]\d|60)(?:\.(\d{1,9}))?(?:[Zz]|([+-])([01]\d|2[0-3]):([0-5]\d))$/

const minuteMs = 60_000
/** The last millisecond of the year 9999, in UTC. */
const lastMs = 253_402_300_799_999

/**
 * Reads an instant from 1970 to 9999 (UTC); answers milliseconds, without what is finer, or undefined if it is none.
 *
 * A leap second is the last of a month in UTC, and as in Unix time the same instant as the second after it.
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

/** The beginning of a day of the calendar (ms, UTC); undefined if no month has it, or if nothing was read. */
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

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { readInstant } from '../lib/instant.ts'

const lastMs = Date.parse('9999-12-31T23:59:59.999Z')
const two = (number: number) => `${number}`.padStart(2, '0')

/** An instant of the clock at an offset (minutes), as RFC 3339 writes it. */
function written(ms: number, offset: number, { digits = 3, separator = 'T' } = {}): string {
  const local = new Date(ms + offset * 60_000).toISOString()
  const [seconds, fraction = ''] = local.slice(0, -1).split('.')
  const zone = `${offset < 0 ? '-' : '+'}${two(Math.floor(Math.abs(offset) / 60))}:${two(Math.abs(offset) % 60)}`
  const part = digits === 0 ? '' : `.${fraction.padEnd(digits, '0').slice(0, digits)}`
  return `${seconds?.replace('T', separator)}${part}${zone}`
}

describe('readInstant', () => {
  it.each([
    ['2026-11-22T12:00:00Z', '2026-11-22T12:00:00.000Z'],
    ['2026-11-22t12:00:00z', '2026-11-22T12:00:00.000Z'],
    ['2026-11-22 12:00:00Z', '2026-11-22T12:00:00.000Z'],
    ['2026-11-22T12:00:00+08:00', '2026-11-22T04:00:00.000Z'],
    ['2026-11-22T12:00:00-00:30', '2026-11-22T12:30:00.000Z'],
    ['2026-11-22T12:00:00-00:00', '2026-11-22T12:00:00.000Z'],
    ['2026-11-22T12:00:00.5Z', '2026-11-22T12:00:00.500Z'],
    ['2026-11-22T12:00:00.123456789Z', '2026-11-22T12:00:00.123Z'],
    ['2028-02-29T00:00:00Z', '2028-02-29T00:00:00.000Z'],
    ['2000-02-29T00:00:00Z', '2000-02-29T00:00:00.000Z'],
    ['1969-12-31T23:00:00-01:00', '1970-01-01T00:00:00.000Z'],
    ['9999-12-31T23:59:59.999Z', '9999-12-31T23:59:59.999Z'],
    // The leap second of 2016, in London and in China.
    ['2016-12-31T23:59:60Z', '2017-01-01T00:00:00.000Z'],
    ['2017-01-01T07:59:60.5+08:00', '2017-01-01T00:00:00.500Z'],
  ])('reads %s', (text, instant) => {
    expect(new Date(readInstant(text) ?? Number.NaN).toISOString()).toBe(instant)
  })

  it.each([
    // Years past, and sent all the same: an offset of hours alone passed the check, and meant nothing.
    ['an offset of hours alone', '2020-01-01T00:00:00+00'],
    ['an offset without its colon', '2020-01-01T00:00:00+0800'],
    ['an offset of 24 hours', '2026-11-22T12:00:00+24:00'],
    ['no offset', '2026-11-22T12:00:00'],
    // They became the first of March.
    ['29 February 2027', '2027-02-29T00:00:00Z'],
    ['29 February 2100', '2100-02-29T00:00:00Z'],
    ['30 February', '2028-02-30T00:00:00Z'],
    ['31 April', '2026-04-31T00:00:00Z'],
    ['the month 13', '2026-13-01T00:00:00Z'],
    ['the day 0', '2026-11-00T00:00:00Z'],
    ['24 o’clock', '2026-11-22T24:00:00Z'],
    ['the second 60 in the middle of a month', '2026-11-22T23:59:60Z'],
    ['the second 60 of another minute', '2026-12-31T23:58:60Z'],
    ['the second 60 at midnight in China alone', '2026-12-31T23:59:60+08:00'],
    ['the second 61', '2026-12-31T23:59:61Z'],
    ['a point without digits', '2026-11-22T12:00:00.Z'],
    ['ten digits after the point', '2026-11-22T12:00:00.1234567890Z'],
    ['a comma', '2026-11-22T12:00:00,5Z'],
    ['no seconds', '2026-11-22T12:00Z'],
    ['a date alone', '2026-11-22'],
    ['a year before 1970', '1969-12-31T23:59:59Z'],
    ['the year 99', '0099-01-01T00:00:00Z'],
    ['a year of five digits', '10000-01-01T00:00:00Z'],
    ['the year 10000 in UTC', '9999-12-31T23:59:59-01:00'],
    ['digits that are none in ASCII', '２０２６-11-22T12:00:00Z'],
    ['a line after it', '2026-11-22T12:00:00Z\n'],
    ['nothing', ''],
  ])('reads no instant in %s', (_, text) => {
    expect(readInstant(text)).toBeUndefined()
  })

  it('means what Date means by every date, time and offset', () => {
    const instant = fc.integer({ min: 0, max: lastMs })
    const offset = fc.integer({ min: -1439, max: 1439 })
    const look = fc.record({ digits: fc.constantFrom(0, 1, 2, 3, 6, 9), separator: fc.constantFrom('T', 't', ' ') })
    fc.assert(
      fc.property(instant, offset, look, (ms, minutes, how) => {
        // Dates of five digits, or before the year 0, have no such text.
        fc.pre(ms + minutes * 60_000 >= 0 && ms + minutes * 60_000 <= lastMs)
        const text = written(ms, minutes, how)
        expect(readInstant(text)).toBe(Date.parse(text.toUpperCase().replace(' ', 'T')))
      }),
      { numRuns: 2000 },
    )
    expect.assertions(2000)
  })

  it('takes exactly the days of the calendar', () => {
    const number = (max: number) => fc.integer({ min: 0, max })
    fc.assert(
      fc.property(fc.integer({ min: 1970, max: 9999 }), number(13), number(32), (year, month, day) => {
        const text = `${year}-${two(month)}-${two(day)}T00:00:00Z`
        const date = new Date(Date.UTC(year, month - 1, day))
        const isReal = date.getUTCMonth() === month - 1 && date.getUTCDate() === day && month > 0
        expect(readInstant(text)).toBe(isReal ? date.getTime() : undefined)
      }),
      { numRuns: 2000 },
    )
    expect.assertions(2000)
  })

  it('answers an instant that Date can write, or nothing, whatever it is given', () => {
    const digits = fc.stringMatching(/^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d{0,10})?([Zz]|[+-]\d\d(:?\d\d)?)$/)
    fc.assert(
      fc.property(fc.oneof(digits, fc.string()), text => {
        const ms = readInstant(text)
        expect(ms === undefined || (Number.isInteger(ms) && ms >= 0 && ms <= lastMs)).toBe(true)
      }),
      { numRuns: 2000 },
    )
    expect.assertions(2000)
  })
})

import { describe, expect, it } from 'vitest'

import { secondsToReset, secondsToRetry } from '../lib/quota-reset.ts'

const inChina = (time: string) => Date.parse(`${time}+08:00`)

describe('a quota is filled again', () => {
  it.each([
    [45009, '2026-11-22T12:00:00', 12 * 3600],
    [45009, '2026-11-22T23:59:59', 1],
    [45011, '2026-11-22T12:00:15', 45],
    [44991, '2026-11-22T00:00:15', 45],
    [48006, '2026-11-29T12:00:00', 36 * 3600],
  ])('after %i at %s in %i s', (errcode, time, seconds) => {
    expect(secondsToReset(errcode, inChina(time))).toBe(seconds)
  })

  it('in a moment when it was used up yesterday: WeChat’s midnight may come after ours', () => {
    expect(secondsToReset(45009, inChina('2026-11-22T00:00:05'))).toBe(60)
    expect(secondsToReset(45009, inChina('2026-11-22T00:10:00'))).toBe(23 * 3600 + 50 * 60)
  })
})

describe('what a quota refused is tried again', () => {
  const noon = inChina('2026-11-22T12:00:00')

  it('twice before the day is over where the limit may be of a minute', () => {
    expect([1, 2, 3, 9].map(tries => secondsToRetry(45009, noon, tries))).toEqual([60, 600, 12 * 3600, 12 * 3600])
  })

  it('when it is filled again, and no later', () => {
    expect(secondsToRetry(45011, inChina('2026-11-22T12:00:15'), 2)).toBe(45)
    expect(secondsToRetry(45009, inChina('2026-11-22T23:59:59'), 1)).toBe(1)
    expect(secondsToRetry(48006, inChina('2026-11-29T12:00:00'), 1)).toBe(36 * 3600)
  })
})

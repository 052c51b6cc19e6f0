/** Medians, percentiles and spreads; where a secret stands in an error. */

import { describe, expect, it } from 'vitest'

import { findLeak } from '../../bench/correctness/leak.ts'
import { percentile, spread } from '../../bench/figures.ts'

describe('a figure of many rounds', () => {
  it('is the middle one, with the least and the most', () => {
    expect(spread([5, 1, 4, 2, 9])).toEqual({ median: 4, min: 1, max: 9 })
    expect(spread([7])).toEqual({ median: 7, min: 7, max: 7 })
  })

  it('is a percentile by rank, whatever the order', () => {
    const hundred = Array.from({ length: 100 }, (_, at) => 100 - at)
    expect([50, 99, 100].map(it => percentile(hundred, it))).toEqual([50, 99, 100])
    expect([percentile([3, 1, 2], 50), percentile([3, 1, 2], 99), percentile([8], 1)]).toEqual([2, 3, 8])
  })
})

describe('a secret in an error', () => {
  const shown = { message: 'refused', stack: 'Error: refused', properties: "{ url: '/send?access_token=88_abc' }" }

  it('is found where it stands first', () => {
    expect(findLeak([shown], ['88_abc'])).toBe('properties')
    expect(findLeak([shown, { ...shown, stack: 'at 88_abc' }], ['88_abc'])).toBe('stack')
    const everywhere = { ...shown, stack: 'at 88_abc', message: 'url: 88_abc' }
    expect(findLeak([shown, everywhere], ['other', '88_abc'])).toBe('message')
  })

  it('is nowhere where it is not', () => {
    expect([findLeak([shown], ['88_abd']), findLeak([], ['88_abc'])]).toEqual(['no', 'no'])
  })
})

/** The slope of growth: what the bench says of ten, a hundred and a thousand times the data. */

import { describe, expect, it } from 'vitest'

import { countedRows, growthRows } from '../../bench/growth/rows.ts'
import { slopeOf } from '../../bench/growth/slope.ts'

const sizes = [1_000, 10_000, 100_000, 1_000_000]
const pointsOf = (of: (size: number) => number) => sizes.map(size => ({ size, value: of(size) }))
const grownOf = (title: string, calls: (size: number) => number) =>
  sizes.map(size => ({ title, size, calls: calls(size), rows: 0, cpuMs: 5 }))

describe('the slope of growth', () => {
  it('is 0 for what stays, 1 for what grows as the data does, and 2 for its square', () => {
    const slopes = [() => 7, (size: number) => size / 50, (size: number) => 3 * size ** 2].map(of =>
      slopeOf(pointsOf(of)),
    )
    expect(slopes.map(it => Math.round(it * 1e6) / 1e6)).toEqual([0, 1, 2])
  })

  it('lies between for what is neither, and is 0 for what is nothing at all', () => {
    expect(
      slopeOf([
        { size: 1, value: 1 },
        { size: 100, value: 10 },
      ]),
    ).toBeCloseTo(0.5)
    expect(slopeOf(pointsOf(() => 0))).toBe(0)
  })

  it('cannot be drawn through one point', () => {
    expect(() => slopeOf([{ size: 1, value: 1 }])).toThrow('two points')
  })
})

describe('rows of growth', () => {
  it('want that calls stay, but of what reads a whole list, which may grow as the list does', () => {
    const all = [...grownOf('reach', size => Math.sqrt(size)), ...grownOf('run', size => size / 1_000)]
    const rows = growthRows(all, new Set(['run'])).filter(it => it.what.includes('calls'))
    expect(rows.map(({ what, ours, goal }) => [what, ours, goal])).toEqual([
      ['reach: calls, slope', 0.5, { atMost: 0 }],
      ['run: calls, slope', 1, { atMost: 1 }],
    ])
  })

  it('count at the second size, beside the first', () => {
    const [row] = countedRows(
      grownOf('reach', size => size / 1_000),
      new Set(),
    )
    expect([row?.what, row?.ours, row?.beside.bound]).toEqual(['reach: calls at 10,000', 10, 1])
  })
})

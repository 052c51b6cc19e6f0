import { describe, expect, it } from 'vitest'

import type { FollowerPage } from '../../lib/ports.ts'
import { advance, beginWalk } from '../../lib/sync/walk.ts'
import { id } from '../ids.ts'

const now = Date.parse('2026-11-22T12:00:00+08:00')
/** A full page of three; `total` is what WeChat counts as it answers. */
const page = (number: number, total: number): FollowerPage => ({
  at: Math.floor(now / 1000),
  total,
  openids: [1, 2, 3].map(it => id(`o${number}-${it}`)),
  odd: 0,
  next: id(`o${number}-3`),
})

/** Walks through full pages with these totals, all of whose people are new. */
function walkThrough(...totals: number[]) {
  const pages = totals.map((total, number) => page(number, total))
  const [first = page(0, 0)] = pages
  return pages.reduce(
    (walk, it) => advance(walk, it, { fresh: it.openids.length, came: 0 }),
    beginWalk(first, now, false),
  )
}

describe('a walk', () => {
  it('is over with as many people as WeChat counts, without a call for an empty page', () => {
    expect(walkThrough(6, 6)).toMatchObject({ followers: 6, isByCount: true })
    expect(walkThrough(6, 6)).not.toHaveProperty('next')
  })

  it('goes on while one is missing', () => {
    expect(walkThrough(7, 7)).toMatchObject({ followers: 6, next: 'o1-3' })
  })

  it.each([
    [6, 7],
    [7, 6],
  ])('goes by no count that changed on the way (%i, then %i)', (...totals) => {
    const walk = walkThrough(...totals, 6)
    expect(walk).toMatchObject({ followers: 9, next: 'o2-3' })
    expect(walk).not.toHaveProperty('isByCount')
  })
})

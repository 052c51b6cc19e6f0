import { describe, expect, it } from 'vitest'

import type { FollowerPage } from '../../lib/ports.ts'
import { advance, beginRun } from '../../lib/sync/sync-run.ts'
import { id } from '../ids.ts'

const now = Date.parse('2026-11-22T12:00:00+08:00')
/** A full page of three; `total` is what WeChat counts as it answers. */
const page = (number: number, total: number): FollowerPage => ({
  at: Math.floor(now / 1000),
  total,
  openids: [1, 2, 3].map(place => id(`o${number}-${place}`)),
  odd: 0,
  next: id(`o${number}-3`),
})

/** Reads full pages with these totals, all of whose people are new. */
function readThrough(...totals: number[]) {
  const pages = totals.map((total, number) => page(number, total))
  const [first = page(0, 0)] = pages
  return pages.reduce(
    (run, next) => advance(run, next, { fresh: next.openids.length, added: 0 }),
    beginRun(first, now, false),
  )
}

describe('a sync run', () => {
  it('is over with as many people as WeChat counts, without a call for an empty page', () => {
    expect(readThrough(6, 6)).toMatchObject({ followers: 6, endInferredFromCount: true })
    expect(readThrough(6, 6)).not.toHaveProperty('next')
  })

  it('goes on while one is missing', () => {
    expect(readThrough(7, 7)).toMatchObject({ followers: 6, next: 'o1-3' })
  })

  it.each([
    [6, 7],
    [7, 6],
  ])('goes by no count that changed on the way (%i, then %i)', (...totals) => {
    const run = readThrough(...totals, 6)
    expect(run).toMatchObject({ followers: 9, next: 'o2-3' })
    expect(run).not.toHaveProperty('endInferredFromCount')
  })
})

import * as v from 'valibot'
import { describe, expect, it } from 'vitest'

import { packOpenids, splitByRows, unpackOpenids } from '../../../lib/adapters/dynamo/packed-openids.ts'
import { pageKeyOf, runItem, stateRow } from '../../../lib/adapters/dynamo/sync-run-rows.ts'
import { id } from '../../ids.ts'

const openidsOf = (count: number, length: number) =>
  Array.from({ length: count }, (_, index) => id(`${index}`.padStart(length, 'o')))

describe('a page of a sync run', () => {
  it.each([
    [28, 1],
    [64, 2],
    [128, 4],
  ])('of 10,000 openids of %i characters takes %i rows, which its name tells', (length, rows) => {
    const openids = openidsOf(10_000, length)
    const split = splitByRows(openids)
    expect([split.length, split.flat()]).toEqual([rows, openids])
    const sizes = split.map(packOpenids).map(({ packed, others = [] }) => {
      return packed.byteLength + others.reduce((sum, other) => sum + other.length + 4, 0)
    })
    expect(Math.max(...sizes)).toBeLessThan(400_000)
    expect(pageKeyOf(openids).split(' ')[1]).toBe(rows === 1 ? undefined : `${rows}`)
  })

  it('takes one row if it is empty', () => {
    expect(splitByRows([])).toEqual([[]])
  })

  // It would be written anew with each sync run, and its people read as taken out.
  it('has the name of what is stored, also where openids of several lengths change their order', () => {
    const openids = [id('oShort'), ...openidsOf(2, 28), ...openidsOf(2, 40)]
    const stored = unpackOpenids(packOpenids(openids))
    expect(stored).not.toEqual(openids)
    expect(pageKeyOf(stored)).toBe(pageKeyOf(openids))
  })

  // Pages outlive deployments: with other names all would be written anew.
  it('has the name that earlier versions gave it', () => {
    const openids = [id('oShort'), ...openidsOf(2, 28), ...openidsOf(2, 40)]
    const names = [openids, openidsOf(10_000, 28), openidsOf(10_000, 128)].map(pageKeyOf)
    expect(names).toEqual(['hOyr5kmwFd1rQuSqrxgf0F', 'lFRb3QNBP51bGJVFYPjLSI', 'Doiij9NJkVGsnCtD22b5y7 4'])
  })
})

// A table outlives deployments: another name would lose the sync run under way, and the last complete one.
it('the attributes of a sync run have the names by which earlier versions wrote them', () => {
  const counts = { pages: 2, followers: 3, total: 4, leastTotal: 3, fullPage: 2, queuedPages: 1, came: 1 }
  const start = { id: 'r', startedAt: 10, beganAt: 10_000, isEveryone: false, pageKeys: ['p'] }
  const complete = { ...start, ...counts, isByCount: true, left: 5 }
  const read = v.parse(stateRow, { complete }).complete
  expect(read).toMatchObject({ minTotal: 3, maxPageSize: 2, added: 1, removed: 5, endInferredFromCount: true })
  expect(read && runItem(read)).toEqual(complete)
})

/** Whether a count of ours is worse than the written one: the only thing that a short run judges. */

import type { Row, Value } from './part.ts'

/** Tells each row that is worse than it is written, or not written. */
export function findWorse(found: readonly Row[], written: readonly Row[]): string[] {
  return found.flatMap(row => {
    if (row.worse === undefined) return []
    const before = written.find(it => it.what === row.what)
    if (before === undefined) return [`${row.what}: ${textOf(row.ours)}, and the written run has no such row`]
    return isWorse(row.ours, before.ours, row.worse)
      ? [`${row.what}: ${textOf(row.ours)}, written ${textOf(before.ours)}`]
      : []
  })
}

function isWorse(now: Value, before: Value, direction: 'more' | 'less' | 'other'): boolean {
  if (direction === 'other') return textOf(now) !== textOf(before)
  const [figure, least] = direction === 'more' ? [numberOf(now), numberOf(before)] : [-numberOf(now), -numberOf(before)]
  // What is no number is worse than any.
  return !(figure <= least)
}

function numberOf(value: Value): number {
  return typeof value === 'object' ? value.median : Number(value)
}

function textOf(value: Value): string {
  return typeof value === 'object' ? String(value.median) : String(value)
}

/** The items of a table in memory by partition, each in the order of a sort key: a query looks at no more than it answers. */

import type { Item } from './expressions.ts'

/** What a query wants of a partition. */
export type Range = {
  readonly isRising: boolean
  /** The item after which it goes on. */
  readonly after?: Item | undefined
  readonly limit: number
  /** Whether an item lies in the range of the sort key that is wanted. */
  readonly holds: (item: Item) => boolean
}

export type Keys = {
  /** The field that all items of a partition share, and the one that orders them. */
  readonly partition: string
  readonly by: string
  /** The whole key of an item. */
  readonly nameOf: (item: Item) => string
}

/** Opens the index over all items of now; `change` keeps it in step. */
export function openIndex(all: Iterable<Item>, keys: Keys) {
  const { partition, by } = keys
  const partitions = new Map<unknown, { readonly items: Set<Item>; sorted?: readonly Item[] | undefined }>()
  const of = (item: Item) => {
    const found = partitions.get(item[partition]) ?? { items: new Set(), sorted: undefined }
    partitions.set(item[partition], found)
    found.sorted = undefined
    return found.items
  }
  for (const item of all) of(item).add(item)
  return {
    change(before: Item | undefined, after: Item | undefined): void {
      if (before !== undefined) of(before).delete(before)
      if (after !== undefined) of(after).add(after)
    },
    /** Answers a page, and whether more are there. */
    page(value: unknown, range: Range): { items: Item[]; hasMore: boolean } {
      const found = partitions.get(value)
      if (found === undefined) return { items: [], hasMore: false }
      found.sorted ??= [...found.items].sort((one, other) => order(one[by], other[by]))
      return take(from(found.sorted, range, keys), range)
    },
  }
}

/** What lies in a range lies together. */
function take(items: Iterable<Item>, { limit, holds }: Range): { items: Item[]; hasMore: boolean } {
  const taken: Item[] = []
  for (const item of items) {
    if (holds(item)) {
      if (taken.length === limit) return { items: taken, hasMore: true }
      taken.push(item)
    } else if (taken.length > 0) break
  }
  return { items: taken, hasMore: false }
}

function* from(sorted: readonly Item[], { isRising, after }: Range, keys: Keys): Iterable<Item> {
  const step = isRising ? 1 : -1
  let at = after === undefined ? (isRising ? 0 : sorted.length - 1) : placeBeside(sorted, after, { isRising, keys })
  for (let item = sorted[at]; item !== undefined; item = sorted[at]) {
    yield item
    at += step
  }
}

/** The place next to an item, which may have gone meanwhile. */
function placeBeside(
  sorted: readonly Item[],
  wanted: Item,
  { isRising, keys: { by, nameOf } }: { isRising: boolean; keys: Keys },
): number {
  const first = firstNotBefore(sorted, wanted[by], by)
  const name = nameOf(wanted)
  for (let at = first; at < sorted.length; at++) {
    const item = sorted[at]
    if (item === undefined || item[by] !== wanted[by]) break
    if (nameOf(item) === name) return isRising ? at + 1 : at - 1
  }
  return isRising ? first : first - 1
}

/** Found by halving. */
function firstNotBefore(sorted: readonly Item[], value: unknown, by: string): number {
  let [low, high] = [0, sorted.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (order(sorted[middle]?.[by], value) < 0) low = middle + 1
    else high = middle
  }
  return low
}

function order(one: unknown, other: unknown): number {
  if (one === other) return 0
  return typeof one === 'number' && typeof other === 'number' ? one - other : `${one}` < `${other}` ? -1 : 1
}

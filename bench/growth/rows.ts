/** Growth as rows of the bench: calls, rows and processor time, each with its slope. */

import type { Row } from '../part.ts'
import type { Grown } from './measure.ts'
import { slopeOf } from './slope.ts'

/** What else must not grow faster than the data: that it stays is wanted of everything but a sync run. */
const stays = 0
const grows = 1
/** So far a slope of processor time may lie from what is wanted: the caches of a processor are small. */
const tolerance = 0.15

/** One row for what is counted and one for the time of each title, over all sizes. */
export function growthRows(all: readonly Grown[], growing: ReadonlySet<string>): Row[] {
  const titles = [...new Set(all.map(it => it.title))]
  return titles.flatMap(title => {
    const grown = all.filter(it => it.title === title)
    const bound = growing.has(title) ? grows : stays
    return [
      rowOf(`${title}: calls`, grown, { of: it => it.calls, bound }),
      rowOf(`${title}: rows`, grown, { of: it => it.rows, bound }),
      rowOf(`${title}: processor ms`, grown, { of: it => it.cpuMs, bound: bound + tolerance }),
    ]
  })
}

type How = { readonly of: (grown: Grown) => number; readonly bound: number }

function rowOf(what: string, grown: readonly Grown[], { of, bound }: How): Row {
  const slope = slopeOf(grown.map(it => ({ size: it.size, value: of(it) })))
  const sizes = grown.map(it => [`at ${it.size.toLocaleString('en')}`, rounded(of(it))] as const)
  return {
    what: `${what}, slope`,
    ours: rounded(slope),
    beside: { bound, ...Object.fromEntries(sizes) },
    goal: { atMost: bound },
  }
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100
}

/** What is counted at the smallest size: in short runs and long ones alike. */
export function countedRows(all: readonly Grown[], growing: ReadonlySet<string>): Row[] {
  const [least = 0, second = 0] = [...new Set(all.map(it => it.size))]
  return all.flatMap(it => {
    const other = all.find(({ title, size }) => title === it.title && size === second)
    if (it.size !== least || other === undefined) return []
    const bound = growing.has(it.title) ? (it.calls * second) / least : it.calls
    return {
      what: `${it.title}: calls at ${second.toLocaleString('en')}`,
      ours: other.calls,
      beside: { [`at ${least.toLocaleString('en')}`]: it.calls, bound },
      worse: 'more' as const,
    }
  })
}

/** Growth: the same work with 10, 100 and 1,000 times the data behind it. */

import { type Grown, measureAt } from './growth/measure.ts'
import { countedRows, growthRows } from './growth/rows.ts'
import { loadNow } from './machine.ts'
import type { How, Part } from './part.ts'
import { measureRuns } from './sync/runs.ts'

const sizes = [1_000, 10_000, 100_000, 1_000_000]
const runTitle = 'an unchanged sync run'
/** Its calls are the pages of the list. */
const growing: ReadonlySet<string> = new Set([runTitle])
/** Of fewer there is but one page of the list. */
const listSizes = [10_000, 100_000, 1_000_000]

export const growth: Part = {
  name: 'growth',
  title:
    'Growth: what one piece of work asks and takes, with a thousand times the data, and the slope of both on logarithmic axes.',
  rounds: 1,
  async measure(how) {
    const grown = await measureSizes(how.isShort ? sizes.slice(0, 2) : sizes, how)
    const counted = countedRows(grown, growing)
    if (how.isShort) return { rows: counted }
    const runs = await growRuns(how)
    const load = loadNow()
    const rows = growthRows([...grown, ...runs], growing).map(it => ({ ...it, load }))
    return { rows: [...counted, ...rows] }
  },
}

async function measureSizes(of: readonly number[], { tell }: How): Promise<Grown[]> {
  const grown: Grown[] = []
  for (const size of of) {
    tell(`${size.toLocaleString('en')} people and deliveries`)
    grown.push(...(await measureAt(size)))
  }
  return grown
}

async function growRuns({ tell }: How): Promise<Grown[]> {
  const grown: Grown[] = []
  for (const followers of listSizes) {
    const runs = await measureRuns({ followers, latencyMs: 0, isBare: false }, tell)
    const unchanged = runs[1]
    if (unchanged === undefined) continue
    const { userGet, batchget, rowsRead, rowsWritten, seconds, shares } = unchanged
    const counts = { calls: userGet + batchget, rows: rowsRead + rowsWritten, cpuMs: shares.function * seconds * 1000 }
    grown.push({ title: runTitle, size: followers, ...counts })
  }
  return grown
}

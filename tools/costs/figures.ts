/** The last written run of the bench's part cost: docs/figures/cost.json. */

import { readFile } from 'node:fs/promises'

import * as v from 'valibot'

const file = new URL('../../docs/figures/cost.json', import.meta.url)
const run = v.object({
  date: v.string(),
  commit: v.string(),
  rows: v.array(v.object({ what: v.string(), ours: v.number(), beside: v.record(v.string(), v.number()) })),
})

/** One figure, in each of the ways. */
export type Figure = { readonly ours: number; readonly naive: number; readonly typical: number }
export type CostRun = {
  readonly date: string
  readonly commit: string
  /** Throws for a row that the run does not have. */
  readonly of: (what: string) => Figure
}

export async function readCostRun(): Promise<CostRun> {
  return parseCostRun(JSON.parse(await readFile(file, 'utf8')))
}

export function parseCostRun(input: unknown): CostRun {
  const { date, commit, rows } = v.parse(run, input)
  return {
    date: date.slice(0, 10),
    commit,
    of(what) {
      const row = rows.find(it => it.what === what)
      const { naive, typical } = row?.beside ?? {}
      if (row === undefined || naive === undefined || typical === undefined) {
        throw new Error(`docs/figures/cost.json has no row ${what}: npm run bench -- --part cost --write`)
      }
      return { ours: row.ours, naive, typical }
    },
  }
}

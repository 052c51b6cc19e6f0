/** The sync run over all followers: its calls and rows, its time beside that of its calls, and its memory. */

import { loadNow } from './machine.ts'
import type { Part } from './part.ts'
import { countRows, timeRows } from './sync/rows.ts'
import { measureRuns, type Plan } from './sync/runs.ts'

/** In short runs and long ones alike, for what is counted. */
const counted: Plan = { followers: 50_000, latencyMs: 0, isBare: false }
/** WeChat answers after that long. */
const million: Plan = { followers: 1_000_000, latencyMs: 100, isBare: true }
/** Its bare loop takes as long again, and says no more than that of a million. */
const tenMillion: Plan = { followers: 10_000_000, latencyMs: 20, isBare: false }

export const sync: Part = {
  name: 'sync',
  title: 'Sync runs over all followers: first, unchanged, and with one in a hundred changed.',
  rounds: 1,
  /** Ten million take some five minutes more: with two rounds and more. */
  async measure({ isShort, rounds, tell }) {
    const counts = countRows(await measureRuns(counted, tell))
    const rows = []
    for (const plan of isShort ? [] : rounds < 2 ? [million] : [million, tenMillion]) {
      const runs = await measureRuns(plan, tell)
      rows.push(...timeRows(plan, runs).map(it => ({ ...it, load: loadNow() })))
    }
    return { rows: [...counts, ...rows], facts: { 'calls at once': 20 } }
  },
}

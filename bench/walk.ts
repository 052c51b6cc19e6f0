/** The walk over all followers: its calls and rows, its time beside that of its calls, and its memory. */

import { loadNow } from './machine.ts'
import type { Part } from './part.ts'
import { countRows, timeRows } from './walk/rows.ts'
import { type Plan, runWalks } from './walk/walks.ts'

/** In short runs and long ones alike, for what is counted. */
const counted: Plan = { followers: 50_000, latencyMs: 0, isBare: false }
/** WeChat answers after that long. */
const million: Plan = { followers: 1_000_000, latencyMs: 100, isBare: true }
/** Its bare loop takes as long again, and says no more than that of a million. */
const tenMillion: Plan = { followers: 10_000_000, latencyMs: 20, isBare: false }

export const walk: Part = {
  name: 'walk',
  title: 'The walk over all followers: first, unchanged, and with one in a hundred changed.',
  rounds: 1,
  /** Ten million take some five minutes more: with two rounds and more. */
  async measure({ isShort, rounds, tell }) {
    const counts = countRows(await runWalks(counted, tell))
    const rows = []
    for (const plan of isShort ? [] : rounds < 2 ? [million] : [million, tenMillion]) {
      const walks = await runWalks(plan, tell)
      rows.push(...timeRows(plan, walks).map(it => ({ ...it, load: loadNow() })))
    }
    return { rows: [...counts, ...rows], facts: { 'calls at once': 20 } }
  },
}

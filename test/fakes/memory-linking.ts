/** What of the sync runs is not worked in yet, in memory: it passes the same contract suite as the real store. */

import type { CountedRun, LinkingStore } from '../../lib/followers/ports.ts'
import { inRuns } from '../../lib/pool.ts'

const keptMs = 14 * 86_400_000

type Row = {
  readonly counted: CountedRun
  readonly step: number
  readonly run: number
  readonly left: Map<number, number>
}

export function memoryLinking(now: () => number): LinkingStore {
  const rows = new Map<string, Row>()
  let unclosed: number | undefined
  let isWholeUnclosed = false
  const keyOf = ({ isWhole, beganAt }: CountedRun, step: number) => `${isWhole} ${beganAt} ${step}`
  const dropIf = (isGone: (row: Row) => boolean) => {
    for (const [key, row] of rows) if (isGone(row)) rows.delete(key)
  }
  const kept = () => [...rows.values()].filter(it => it.counted.beganAt >= now() - keptMs)
  const isFresh = () => unclosed !== undefined && unclosed >= now() - keptMs

  return {
    isUnderWay: async () => (isFresh() && isWholeUnclosed) || kept().some(it => it.counted.isWhole),
    async open(counted, steps) {
      dropIf(it => (it.counted.beganAt === counted.beganAt ? it.step > steps : it.counted.beganAt === unclosed))
      unclosed = counted.beganAt
      isWholeUnclosed = counted.isWhole
    },
    async close(counted) {
      if (counted.isWhole) dropIf(it => it.counted.beganAt < counted.beganAt)
      if (unclosed === counted.beganAt) unclosed = undefined
    },
    async abandon() {
      dropIf(it => it.counted.beganAt === unclosed)
      unclosed = undefined
    },
    async expect({ isWhole, beganAt, step, run }, people) {
      const counted = { isWhole, beganAt }
      const left = new Map(inRuns(Array(people).fill(0), 100).map((some, message) => [message, some.length]))
      if (people > 0) rows.set(keyOf(counted, step), { counted, step, run, left })
    },
    async workedIn(parts) {
      for (const part of parts) {
        const key = keyOf(part, part.step)
        const row = rows.get(key)
        if (row?.run !== part.run) continue
        row.left.delete(part.message)
        if (row.left.size === 0) rows.delete(key)
      }
    },
    waiting: async () => kept().reduce((sum, { left }) => [...left.values()].reduce((some, it) => some + it, sum), 0),
  }
}

/** What the bench prints. */

import { renderTable, sum, verdictOf, whole } from '../figures.ts'
import { atOnce, type Bound, percent, type Sync, type Verdict } from './demands.ts'

export function renderVerdicts(verdicts: readonly Verdict[]): string {
  const rows = verdicts.map(it => [it.sync, it.what, it.demanded, it.measured, verdictOf(it.isMet)])
  return renderTable([['sync', 'what', 'demanded', 'measured', 'verdict'], ...rows])
}

const columns: Readonly<Record<string, (sync: Sync) => string>> = {
  sync: it => it.title,
  found: ({ report: { added, removed } }) => `${whole(added)} added, ${whole(removed)} removed`,
  seconds: it => it.seconds.toFixed(1),
  'snapshot rows r/w': ({ counts }) => `${whole(counts.pagesRead)} / ${whole(counts.pagesWritten)}`,
  'journal r/w': ({ counts }) => `${whole(counts.notesRead)} / ${whole(counts.notesWritten)}`,
  'linking counted': ({ counts }) => whole(counts.stepsWritten),
  checkpoints: ({ counts }) => whole(counts.checkpoints),
  'erasures asked': ({ counts }) => whole(counts.marksRead),
  'other calls': it => whole(otherCalls(it.calls)),
  'CPU s function': ({ cpu }) => cpu.function.toFixed(1),
  box: ({ cpu }) => cpu.box.toFixed(1),
  stores: ({ cpu }) => cpu.stores.toFixed(1),
  'other programs': ({ cpu }) => cpu.others.toFixed(1),
}

/** What is counted and printed, and demanded of nobody. */
export function renderFigures(syncs: readonly Sync[]): string {
  const rows = syncs.map(it => Object.values(columns).map(textOf => textOf(it)))
  return renderTable([Object.keys(columns), ...rows])
}

/** The token and the quotas. */
function otherCalls(calls: Readonly<Record<string, number>>): number {
  return sum(Object.entries(calls).flatMap(([path, count]) => (/\/(user\/get|batchget)$/.test(path) ? [] : count)))
}

/** The first sync beside its bound and the bare loop. */
export function renderReference({ seconds }: Sync, bound: Bound, bareSeconds: number): string {
  const of = (other: number) => percent(other / seconds)
  return [
    `The first sync took ${seconds.toFixed(1)} s; its bound are ${bound.seconds.toFixed(1)} s (${of(bound.seconds)}), `,
    `and a bare loop of the same batchget calls, ${atOnce} at once,\nby a plain client that does nothing with the answers, `,
    `took ${bareSeconds.toFixed(1)} s in the same run (${of(bareSeconds)}).\n`,
  ].join('')
}

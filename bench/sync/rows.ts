/** Sync runs as rows of the bench. */

import { batchSize } from '../../lib/followers/follower-batches.ts'
import { pageSize } from '../../lib/sync/plan.ts'
import type { Row } from '../part.ts'
import type { Measured } from './measure.ts'
import type { Plan } from './runs.ts'
import { memoryMb } from './world.ts'

/** What is counted, beside the least that does the work: a call for each page and each hundred new people, two rows a person. */
export function countRows(runs: readonly Measured[]): Row[] {
  return runs.flatMap(run => {
    const { followers, added, removed } = run
    const changed = added + removed
    const row = (what: string, ours: number, bound: number): Row => {
      return { what: `${nameOf(run)}: ${what}`, ours, beside: { bound }, goal: { atMost: bound }, worse: 'more' }
    }
    return [
      row('calls of user/get', run.userGet, Math.ceil(followers / pageSize)),
      row('calls of batchget', run.batchget, Math.ceil(added / batchSize)),
      row('rows read', run.rowsRead, changed),
      row('rows written', run.rowsWritten, 2 * changed),
    ]
  })
}

/** What was timed: beside the bound, and beside the bare loop where there was one. */
export function timeRows(plan: Plan, runs: readonly Measured[]): Row[] {
  const rows = runs.flatMap((run, index) => [secondsOf(run, plan), shareOf(run, plan, index)])
  const last = runs.at(-1)
  return last === undefined ? rows : [...rows, peakOf(last, plan)]
}

function secondsOf(run: Measured, plan: Plan): Row {
  const what = `${nameOf(run)}, ${plan.latencyMs} ms a call`
  return { what, unit: 's', ours: run.seconds, beside: besideOf(run, it => it), ...othersOf(run) }
}

/** The least that is taken of a first sync run, and of one in which nothing changed; of more than a million nothing is. */
function shareOf(run: Measured, { followers, latencyMs }: Plan, index: number): Row {
  const share = (seconds: number) => (100 * run.boundSeconds) / seconds
  const isJudged = followers === 1_000_000 && latencyMs === 100
  const goal = [{ atLeast: 90 }, { atLeast: 100 / 1.15 }][index]
  return {
    what: `${nameOf(run)}, ${latencyMs} ms a call: of the bound`,
    unit: '%',
    ours: share(run.seconds),
    beside: besideOf(run, share),
    ...(isJudged && goal !== undefined && { goal }),
    ...(isJudged && headlines[index] !== undefined && { headline: headlines[index] }),
  }
}

const headlines = [
  { en: 'first sync run of 1,000,000 followers, of the bound', zh: '首次同步 100 万关注者，达到上限的' },
  { en: 'the next sync run when nothing changed, of the bound', zh: '无变化时再次同步，达到上限的' },
]

function peakOf({ peakMb }: Measured, { followers }: Plan): Row {
  const what = `peak memory of the function, ${people(followers)} followers`
  return { what, unit: 'MB', ours: peakMb, beside: { 'as deployed': memoryMb }, goal: { atMost: memoryMb } }
}

function besideOf(run: Measured, of: (seconds: number) => number): Row['beside'] {
  const bare = run.bareSeconds === undefined ? {} : { 'bare loop': of(run.bareSeconds) }
  return { bound: of(run.boundSeconds), ...bare }
}

/** WeChat's side and the stores are processes of their own. */
function othersOf({ shares: { wechat, stores } }: Measured): Pick<Row, 'otherSide'> {
  return { otherSide: Math.round(100 * (wechat + stores)) }
}

function nameOf({ title, followers, added, removed }: Measured): string {
  const changed = removed === 0 ? '' : `, ${people(added + removed)} changed`
  return `${title} sync run of ${people(followers)}${changed}`
}

function people(count: number): string {
  return count.toLocaleString('en')
}

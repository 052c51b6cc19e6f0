/** Sync runs as rows of the bench. */

import { batchSize } from '../../lib/followers/follower-batches.ts'
import { pageSize } from '../../lib/sync/plan.ts'
import type { Row } from '../part.ts'
import type { Measured } from './measure.ts'
import type { Plan } from './walks.ts'
import { memoryMb } from './world.ts'

/** What is counted, beside the least that does the work: a call for each page and each hundred new people, two rows a person. */
export function countRows(walks: readonly Measured[]): Row[] {
  return walks.flatMap(walk => {
    const { followers, added, removed } = walk
    const changed = added + removed
    const row = (what: string, ours: number, bound: number): Row => {
      return { what: `${nameOf(walk)}: ${what}`, ours, beside: { bound }, goal: { atMost: bound }, worse: 'more' }
    }
    return [
      row('calls of user/get', walk.userGet, Math.ceil(followers / pageSize)),
      row('calls of batchget', walk.batchget, Math.ceil(added / batchSize)),
      row('rows read', walk.rowsRead, changed),
      row('rows written', walk.rowsWritten, 2 * changed),
    ]
  })
}

/** What was timed: beside the bound, and beside the bare loop where there was one. */
export function timeRows(plan: Plan, walks: readonly Measured[]): Row[] {
  const rows = walks.flatMap((walk, index) => [secondsOf(walk, plan), shareOf(walk, plan, index)])
  const last = walks.at(-1)
  return last === undefined ? rows : [...rows, peakOf(last, plan)]
}

function secondsOf(walk: Measured, plan: Plan): Row {
  const what = `${nameOf(walk)}, ${plan.latencyMs} ms a call`
  return { what, unit: 's', ours: walk.seconds, beside: besideOf(walk, it => it), ...othersOf(walk) }
}

/** The least that is taken of a first walk, and of one in which nothing changed; of more than a million nothing is. */
function shareOf(walk: Measured, { followers, latencyMs }: Plan, index: number): Row {
  const share = (seconds: number) => (100 * walk.boundSeconds) / seconds
  const isJudged = followers === 1_000_000 && latencyMs === 100
  const goal = [{ atLeast: 90 }, { atLeast: 100 / 1.15 }][index]
  return {
    what: `${nameOf(walk)}, ${latencyMs} ms a call: of the bound`,
    unit: '%',
    ours: share(walk.seconds),
    beside: besideOf(walk, share),
    ...(isJudged && goal !== undefined && { goal }),
    ...(isJudged && headlines[index] !== undefined && { headline: headlines[index] }),
  }
}

const headlines = [
  { en: 'first walk of 1,000,000 followers, of the bound', zh: '首次遍历 100 万关注者，达到上限的' },
  { en: 'the same walk when nothing changed, of the bound', zh: '无变化时再次遍历，达到上限的' },
]

function peakOf({ peakMb }: Measured, { followers }: Plan): Row {
  const what = `peak memory of the function, ${people(followers)} followers`
  return { what, unit: 'MB', ours: peakMb, beside: { 'as deployed': memoryMb }, goal: { atMost: memoryMb } }
}

function besideOf(walk: Measured, of: (seconds: number) => number): Row['beside'] {
  const bare = walk.bareSeconds === undefined ? {} : { 'bare loop': of(walk.bareSeconds) }
  return { bound: of(walk.boundSeconds), ...bare }
}

/** WeChat's side and the stores are processes of their own. */
function othersOf({ shares: { wechat, stores } }: Measured): Pick<Row, 'otherSide'> {
  return { otherSide: Math.round(100 * (wechat + stores)) }
}

function nameOf({ title, followers, added, removed }: Measured): string {
  const changed = removed === 0 ? '' : `, ${people(added + removed)} changed`
  return `${title} walk of ${people(followers)}${changed}`
}

function people(count: number): string {
  return count.toLocaleString('en')
}

/** A sync run in words: what it will cost beside what is left of today's quota, and how the watching ended. */

import { batchSize } from '../../lib/followers/follower-batches.ts'
import type { CallPlan, Plan, Report } from '../../local/stage/sync-report.ts'
import { counted, inChina, inThousands, inUnits } from '../command/words.ts'
import type { Ending } from './watch.ts'

type Wishes = {
  readonly spread: boolean
  /** The command that lets it spread. */
  readonly spreadCommand: string
}

/** Writes the plan, and whether it fits. */
export function renderPlan(plan: Plan, wishes: Wishes): string {
  const rows: [string, string][] = [
    ['followers', inThousands(plan.followers)],
    ['user/get', describeCalls(plan.userGet)],
    ['user/info/batchget', describeCalls(plan.batchget)],
  ]
  const width = Math.max(...rows.map(([name]) => name.length))
  return [...rows.map(([name, what]) => `  ${name.padEnd(width)}  ${what}`), `  ${judge(plan, wishes)}`].join('\n')
}

function describeCalls({ needed, remain, limit }: CallPlan): string {
  const calls = counted(needed, 'call')
  if (remain === undefined || limit === undefined) return `${calls}; WeChat does not say how many are left today`
  return `${calls}; ${inThousands(remain)} of ${inThousands(limit)} are left today`
}

function judge(plan: Plan, { spread, spreadCommand }: Wishes): string {
  if (plan.fitsToday) return '✓ fits into today’s quota · 今日额度足够'
  const days = plan.days === undefined ? 'more days than WeChat’s limits tell' : counted(plan.days, 'day')
  if (spread) return `✓ spreads over ${days}, for today’s quota is too small · 分多日完成`
  return `✗ does not fit into today’s quota: it takes ${days}. To let it spread over them: ${spreadCommand} · 今日额度不足`
}

type Words = {
  /** The command that watches again, or begins anew. */
  readonly command: string
  /** Where the function writes its log. */
  readonly log: string
  /** Where the function writes its log that links them. */
  readonly linkLog: string
  /** Milliseconds. */
  readonly now: number
}

/** Writes the closing line. */
export function renderEnding(ending: Ending, { command, log, linkLog, now }: Words): string {
  switch (ending.kind) {
    case 'complete':
      return `✓ complete · 同步完成: ${sumUp(ending.run)}; ${inUnits(ending.elapsedMs)}`
    case 'waiting':
      return `${describeWait(ending.run, inChina(ending.until), inUnits(ending.until - now))}: ${command}`
    case 'lost':
      return `✗ WeChat no longer took the sync run’s cursor, so the sync run was dropped; to start again: ${command}`
    case 'unlinked':
      return describeUnlinked(ending, linkLog)
    case 'stuck': {
      const what = ending.run === undefined ? 'the sync run has not begun' : 'the sync run stands still'
      return `✗ ${what} for ${inUnits(ending.standsMs)}; why, tells the function’s log: ${log}`
    }
  }
}

function describeUnlinked({ toLink, standsMs }: Extract<Ending, { kind: 'unlinked' }>, log: string): string {
  const what = `the list is read, but ${counted(toLink, 'follower')} wait to be linked, and none was for ${inUnits(standsMs)}`
  return `✗ ${what}: what waits for quota goes on by itself; of all else tells the log of link-followers: ${log} · 未完成关联`
}

function sumUp({ pages, followers, added, removed = 0 }: Report): string {
  const lookUps = Math.ceil(added / batchSize)
  return [
    counted(pages, 'page'),
    counted(followers, 'follower'),
    `${inThousands(added)} added`,
    ...(removed === 0 ? [] : [`${inThousands(removed)} removed`]),
    `${counted(pages, 'call')} of user/get`,
    ...(lookUps === 0 ? [] : [`about ${inThousands(lookUps)} of user/info/batchget to look up who was added`]),
  ].join(', ')
}

function describeWait(run: Report | undefined, until: string, time: string): string {
  if (run === undefined) {
    return `✗ not begun, for today’s quota is too small · 今日额度不足; it is filled at ${until}, in ${time}; then`
  }
  const done = `${counted(run.pages, 'page')} done, ${inThousands(run.followers)} of ${counted(run.total, 'follower')}`
  return `… waits for quota · 等待额度: ${done}; goes on by itself after ${until}, in ${time}; to watch it then`
}

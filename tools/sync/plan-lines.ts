/** What a sync run will cost, beside what is left of today's quota. */

import { counted, inThousands } from '../command/words.ts'
import type { CallPlan, Plan } from './report.ts'

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

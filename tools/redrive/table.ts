/** What waits in a queue, by reason. */

import type { Kind, Letter } from '../../local/stage/letter.ts'
import { counted, inChina, inThousands } from '../command/words.ts'

/** What a kind of reason asks of people. */
const meanings = {
  rejected: 'surely not sent; mend what the reason names first, or it comes back here · 事件有误，先修复再移回',
  overdue: 'surely not sent, for 13 days; mend what the reason names first · 逾期未能发送，先修复再移回',
  'received too often':
    'nobody wrote why: the log of send tells; moved back it is judged anew, and never sent twice · 接收次数过多，原因见日志',
  'in-doubt': 'may have been sent; --even-in-doubt sends it under a new id · 可能已发送，需人工决定',
} satisfies Record<Exclude<Kind, 'else'>, string>

/** Groups by reason, the greatest group first. */
export function renderTable(letters: readonly Letter[], chosen: ReadonlySet<Letter>): string {
  const groups = [...Map.groupBy(letters, it => it.reason).values()].sort((a, b) => b.length - a.length)
  const width = Math.max(5, ...groups.map(it => inThousands(it.length).length))
  const rows = groups.map(group => renderRow(group, { width, chosen }))
  const found = new Set(letters.map(it => it.kind))
  const notes = Object.entries(meanings).flatMap(([kind, words]) =>
    [...found].some(it => it === kind) ? `  ${kind}: ${words}` : [],
  )
  return [`  ${'count'.padStart(width)}  ${'oldest'.padEnd(25)}  reason`, ...rows, ...notes].join('\n')
}

/** Says what is there, and what may be missing. */
export function renderCounts(name: string, found: number, { waiting, held }: { waiting: number; held: number }) {
  const missing = waiting - found
  return [
    `${name}: ${found === 0 ? 'nothing waits · 无' : counted(found, 'event')}`,
    ...(missing > 0 ? [`  about ${inThousands(missing)} more did not come: look again · 未全部取到`] : []),
    ...(held > 0 ? [`  ${inThousands(held)} more are held by somebody who looks just now · 另有他人正在查看`] : []),
  ].join('\n')
}

type Row = { readonly width: number; readonly chosen: ReadonlySet<Letter> }

function renderRow(group: readonly Letter[], { width, chosen }: Row): string {
  const [oldest] = group.toSorted((a, b) => a.at - b.at)
  const mark = group.some(it => chosen.has(it)) ? '→' : ' '
  const count = inThousands(group.length).padStart(width)
  return `${mark} ${count}  ${inChina(oldest?.at ?? 0)}  ${group[0]?.reason} (${oldest?.id ?? 'no id'})`
}

/** What is demanded of the sender, and what the bench prints of it. */

import { renderTable, verdictOf } from '../figures.ts'
import type { Cpu, Others, Speed } from './measure.ts'
import { width } from './measure.ts'

export type Figures = {
  /** Messages a second that no sender can exceed. */
  readonly bound: number
  readonly first: Speed
  readonly hundred: Speed
  readonly fiveHundred: Speed
  readonly cpu: Cpu
  readonly others: readonly Others[]
}
type Verdict = {
  readonly what: string
  readonly demanded: string
  readonly measured: string
  readonly reference: string
  readonly isMet: boolean
}

const least = { hundred: 0.86, fiveHundred: 0.93 }
/** Eight for the messages, and three for the attempt around them. */
const mostAwsCalls = 11
const mostRatio = 1.5

/** Holds the figures against the demands. */
export function judge({ bound, first, hundred, fiveHundred, cpu, others }: Figures): Verdict[] {
  const sockets = first.sockets + hundred.sockets
  return [
    speedOf(hundred, bound, least.hundred),
    speedOf(fiveHundred, bound, least.fiveHundred),
    {
      what: 'processor time per message',
      demanded: '≤ 1.0 × reference',
      measured: `${cpu.ratio.toFixed(2)} × (${cpu.ours.toFixed(0)} µs)`,
      reference: `co-wechat-api: ${cpu.reference.toFixed(0)} µs`,
      isMet: cpu.ratio <= 1,
    },
    atMost('sockets to WeChat, 20 invocations', width, sockets),
    atMost('AWS calls per 100 messages', mostAwsCalls, hundred.awsCalls),
    atMost('write units per 100 messages', 102, hundred.writeUnits),
    ...others.map(besideOthers),
  ]
}

export function renderVerdicts(verdicts: readonly Verdict[]): string {
  const lines = verdicts.map(it => [it.what, it.demanded, it.measured, it.reference, verdictOf(it.isMet)])
  return renderTable([['what', 'demanded', 'measured', 'reference', 'verdict'], ...lines])
}

function speedOf({ size, perSecond }: Speed, bound: number, part: number): Verdict {
  return {
    what: `messages a second, batches of ${size}`,
    demanded: `≥ ${(part * 100).toFixed(0)} % of N/L`,
    measured: `${perSecond.toFixed(0)} (${((100 * perSecond) / bound).toFixed(1)} %)`,
    reference: `N/L = ${bound}`,
    isMet: perSecond >= part * bound,
  }
}

function atMost(what: string, most: number, measured: number): Verdict {
  const text = Number.isInteger(measured) ? `${measured}` : measured.toFixed(1)
  return { what, demanded: `≤ ${most}`, measured: text, reference: '', isMet: measured <= most }
}

function besideOthers({ trouble, share, aloneMs, healthyMs, firstMs, besideMs }: Others): Verdict {
  const ratio = besideMs / aloneMs
  return {
    what: `p99 of the others, a template that ${trouble === 'hangs' ? 'hangs' : 'gives 40037'} is ${share} %`,
    demanded: `≤ ${mostRatio} × alone`,
    measured: `${ratio.toFixed(2)} × (${besideMs} ms)`,
    reference: `alone ${aloneMs} ms, beside it well ${healthyMs} ms, first batch ${firstMs} ms`,
    isMet: ratio <= mostRatio,
  }
}

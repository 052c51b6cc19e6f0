/** Runs as tables for a terminal or a document. */

import { renderTable } from './figures.ts'
import type { Goal, Row, Value } from './part.ts'
import { allPeerNames } from './peers/names.ts'
import type { Run } from './record.ts'

/** All rows of a run, with everything beside them, what is wanted, and where and when it ran. */
export function runTable(run: Run): string {
  const { rows } = run
  const others = [...new Set(rows.flatMap(it => Object.keys(it.beside)))]
  const hasOtherSide = rows.some(it => it.otherSide !== undefined)
  const hasLoad = rows.some(it => it.load !== undefined)
  const head = [
    'what',
    'ours',
    ...others,
    'wanted',
    ...(hasOtherSide ? ['other side'] : []),
    ...(hasLoad ? ['load'] : []),
  ]
  const lines = rows.map(it => [
    nameOf(it),
    textOf(it.ours),
    ...others.map(name => textOf(it.beside[name])),
    wantedOf(it),
    ...(hasOtherSide ? [it.otherSide === undefined ? '' : `${numberText(it.otherSide)} %`] : []),
    ...(hasLoad ? [textOf(it.load)] : []),
  ])
  return `${renderTable([head, ...lines])}\n${sourceOf(run)}\n`
}

/** The rows of all runs that have a place in README, in a language: a column for each peer, and one for all else beside ours. */
export function headlineTable(runs: readonly Run[], language: 'en' | 'zh'): string {
  const rows = runs.flatMap(it => it.rows).filter(it => it.headline !== undefined)
  const isThere = (peer: string) => rows.some(it => peer in it.beside)
  const peers = allPeerNames.filter(isThere)
  const [what, queqiao, others] = language === 'en' ? ['what', 'ours', 'beside it'] : ['项目', '鹊桥', '其他对照']
  const worded = (word: string) => (language === 'zh' ? (inChinese[word] ?? word) : word)
  const lines = rows.map(({ headline, unit, ours, beside }) => [
    `${headline?.[language]}${unit === undefined ? '' : ` (${unit})`}`,
    worded(textOf(ours)),
    ...peers.map(it => worded(textOf(beside[it]))),
    Object.entries(beside)
      .filter(([name]) => !peers.some(it => it === name))
      .map(([name, value]) => `${worded(name)}: ${worded(textOf(value))}`)
      .join(' · '),
  ])
  return renderTable([[what, queqiao, ...peers, others], ...lines])
}

/** Words of rows that stand in README; any other stays as it is. */
const inChinese: Readonly<Record<string, string>> = {
  no: '没有',
  message: '在消息里',
  stack: '在堆栈里',
  properties: '在属性里',
  bound: '上限',
  'our bare client': '本项目的裸客户端',
  'bare loop of node:http': 'node:http 裸循环',
  'bare loop': '裸循环（只发请求）',
  'AWS clients alone': '仅 AWS 客户端',
  naive: '最简单的做法',
  typical: '常见做法',
}

/** `0.93`, `12.4`, `1,234`; a spread as `0.93 (0.91–0.95)`; ✓ and ✗. */
function textOf(value: Value | undefined): string {
  if (value === undefined) return ''
  if (typeof value === 'boolean') return value ? '✓' : '✗'
  if (typeof value === 'string') return value
  if (typeof value === 'number') return numberText(value)
  const { median, min, max } = value
  return min === max ? numberText(median) : `${numberText(median)} (${numberText(min)}–${numberText(max)})`
}

/** Three digits that count, and no fewer than it has before the point. */
export function numberText(value: number): string {
  const size = Math.abs(value)
  const digits = Number.isInteger(value) || size >= 100 ? 0 : size >= 10 ? 1 : 2
  return value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits })
}

/** Where, when and at which commit a run was made, in a line. */
function sourceOf({ command, commit, date, machine, load, rounds, facts }: Run): string {
  const { cpu, cores, memory, node, platform } = machine
  const told = Object.entries(facts).map(
    ([name, fact]) => `${name}: ${typeof fact === 'number' ? numberText(fact) : fact}`,
  )
  const where = `${cores} × ${cpu}, ${memory}, Node ${node}, ${platform}`
  const how = `load ${textOf(load.before)} before and ${textOf(load.after)} after, rounds: ${rounds}`
  return `\`${command}\`, ${date.slice(0, 16).replace('T', ' ')} UTC, commit ${commit}, ${[where, how, ...told].join('; ')}.`
}

/** By how much a figure misses what is wanted, in the row's unit; 0 if it does not. */
export function missedBy(value: Value, goal: Goal): number {
  const figure = typeof value === 'object' ? value.median : Number(value)
  return Math.max(0, 'atMost' in goal ? figure - goal.atMost : goal.atLeast - figure)
}

function nameOf({ what, unit }: Row): string {
  return unit === undefined ? what : `${what} (${unit})`
}

function wantedOf({ ours, goal }: Row): string {
  if (goal === undefined) return ''
  const wanted = 'atMost' in goal ? `≤ ${numberText(goal.atMost)}` : `≥ ${numberText(goal.atLeast)}`
  const missed = missedBy(ours, goal)
  return missed === 0 ? wanted : `${wanted}, missed by ${numberText(missed)}`
}

/** Runs as tables for a terminal or a document. */

import { renderTable } from './figures.ts'
import type { Goal, Row, Value } from './part.ts'
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

/** The rows of all runs that have a place in README, in a language; what stands beside ours is named in the row. */
export function headlineTable(runs: readonly Run[], language: 'en' | 'zh'): string {
  const head = language === 'en' ? ['what', 'ours', 'beside it', 'run'] : ['项目', '鹊桥', '对照', '运行']
  const lines = runs.flatMap(run =>
    run.rows.flatMap(it => {
      if (it.headline === undefined) return []
      const unit = it.unit === undefined ? '' : ` ${it.unit}`
      const beside = Object.entries(it.beside).map(([name, value]) => `${name}: ${textOf(value)}`)
      return [[it.headline[language] + (unit && ` (${it.unit})`), textOf(it.ours), beside.join(' · '), run.part]]
    }),
  )
  return renderTable([head, ...lines])
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

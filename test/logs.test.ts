/** docs/logs.md, held against the code: every line of the log, every metric, and what alarms and the dashboard watch. */

import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'

import * as v from 'valibot'
import { describe, expect, it } from 'vitest'

import { type Call, findCalls } from './log-calls.ts'

const root = join(import.meta.dirname, '..')
const read = (file: string) => readFile(join(root, file), 'utf8')
const told = await read('docs/logs.md')
const found = findCalls()

/** Rows of five cells whose first is one name and whose second is one of these words. */
function rowsOf(second: string): readonly Call[] {
  const row = new RegExp(
    `^\\| \`([\\w.-]+)\` +\\| (${second}) +\\| ([^|]*) \\| [^|]*\\w[^|]* \\| [^|]*\\w[^|]* \\|$`,
    'gm',
  )
  return [...told.matchAll(row)].map(([, name = '', kind = '', names = '']) => {
    return { name, kind, names: [...names.matchAll(/`(\w+)`/g)].map(it => it[1] ?? '') }
  })
}

/** One text for each name and kind, with the fields of all its calls. */
function merged(calls: readonly Call[]): string[] {
  const alike = Map.groupBy(calls, it => `${it.name} ${it.kind}`)
  return [...alike]
    .map(([name, them]) => `${name}: ${[...new Set(them.flatMap(it => it.names))].sort().join(', ')}`)
    .sort()
}

const lines = rowsOf('debug|info|warn|error')
const metrics = rowsOf('Count|None')
const units: Readonly<Record<string, string>> = { count: 'Count', gauge: 'None' }

describe('the catalogue of lines', () => {
  it('has each event of the code with its level and fields, and no other', () => {
    expect(found.lines.length).toBeGreaterThan(90)
    expect(merged(lines)).toEqual(merged(found.lines))
    expect(lines.length, 'a row for each').toBe(merged(lines).length)
  })

  it('has events that are named `area.outcome`', () => {
    expect(found.lines.map(it => it.name).filter(it => !/^[a-z]+(-[a-z]+)*\.[a-z]+(-[a-z]+)*$/.test(it))).toEqual([])
  })

  // The logger drops such a field, and writes a warning of its own.
  it('has no field that the line has already', () => {
    const taken = new Set(['level', 'message', 'sampling_rate', 'service', 'timestamp', 'requestId', 'messageIds'])
    expect(found.lines.filter(it => it.names.some(name => taken.has(name)))).toEqual([])
  })

  it('misses no call: what writes a line is named log, but for the logger itself', () => {
    expect(found.others).toEqual(['logger.debug', 'logger.info', 'logger.warn', 'logger.error'])
  })
})

describe('the catalogue of metrics', () => {
  it('has each metric of the code with its unit and dimensions, and no other', () => {
    const made = found.metrics.map(it => ({ ...it, kind: units[it.kind] ?? '' }))
    expect(merged(metrics)).toEqual(merged(made))
    expect(metrics.length, 'a row for each').toBe(merged(metrics).length)
  })

  it('has each name that the code knows', async () => {
    const types = [
      ...(await read('lib/ports.ts')).matchAll(/type (?:App)?(?:Count|Gauge)Name =([^\n]*(?:\n {2}\|[^\n]*)*)/g),
    ]
    const known = types.flatMap(([, union = '']) => [...union.matchAll(/'(\w+)'/g)].map(it => it[1]))
    expect(metrics.map(it => it.name).sort()).toEqual(known.sort())
  })
})

const parameters: Readonly<Record<string, string>> = {
  'sls:stage': 'prod',
  'param:imageCheck': 'on',
  'param:selfCheck': '15',
  'param:templateMetrics': 'on',
  'param:alarmTopic': '',
}
const alarmResources = v.record(
  v.string(),
  v.object({
    Properties: v.looseObject({
      Namespace: v.string(),
      MetricName: v.string(),
      Dimensions: v.array(v.looseObject({ Name: v.string() })),
    }),
  }),
)
const dashboardResources = v.object({
  Dashboard: v.object({ Properties: v.looseObject({ DashboardBody: v.object({ 'Fn::Sub': v.string() }) }) }),
})

/** What a file of resources makes of these parameters. */
async function made(file: string): Promise<unknown> {
  const make: (how: object) => Promise<{ Resources: unknown }> = createRequire(import.meta.url)(join(root, file))
  return (await make({ resolveVariable: async (name: string) => parameters[name] ?? 'a' })).Resources
}

describe('what is watched', () => {
  const known = new Set(metrics.map(it => [it.name, ...it.names, 'service'].sort().join(' ')))
  const unknown = (watched: readonly (readonly string[])[]) =>
    watched.map(it => it.toSorted().join(' ')).filter(it => !known.has(it))

  it('by alarms is in the catalogue with its dimensions, or is AWS’s own', async () => {
    const alarms = Object.values(v.parse(alarmResources, await made('resources/alarms.cjs'))).map(it => it.Properties)
    const own = alarms.filter(it => !it.Namespace.startsWith('AWS/'))
    expect(own.length).toBeGreaterThan(15)
    expect(new Set(own.map(it => it.Namespace))).toEqual(new Set(['queqiao']))
    expect(unknown(own.map(it => [it.MetricName, ...it.Dimensions.map(({ Name }) => Name)]))).toEqual([])
  })

  it('by the dashboard too', async () => {
    const { Dashboard } = v.parse(dashboardResources, await made('resources/dashboard.cjs'))
    const body = Dashboard.Properties.DashboardBody['Fn::Sub'].replaceAll('\\"', '"')
    const searches = [...body.matchAll(/SEARCH\('\{([\w/,]+)\} MetricName="(\w+)"/g)]
    const own = searches.filter(it => !it[1]?.startsWith('AWS/'))
    expect(own.length).toBeGreaterThan(10)
    expect(own.filter(it => !it[1]?.startsWith('queqiao,'))).toEqual([])
    expect(unknown(own.map(it => [it[2] ?? '', ...(it[1] ?? '').split(',').slice(1)]))).toEqual([])
  })

  it('by an alarm that the page names is watched', async () => {
    const names = Object.keys(v.parse(alarmResources, await made('resources/alarms.cjs')))
    const named = [...told.matchAll(/Alarms? ((?:`\w+`(?:, )?)+)/g)].flatMap(it => [...(it[1] ?? '').matchAll(/\w+/g)])
    expect(named.length).toBeGreaterThan(20)
    // One of each app has the app's name at its end.
    const isThere = (alarm: string) => names.some(it => it.replace(/(Official|Mini)?Alarm$/, '') === alarm)
    expect(named.map(([it]) => it).filter(it => !isThere(it))).toEqual([])
  })
})

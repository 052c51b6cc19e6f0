/** The runs that the documents quote: a file for each part, in docs/figures/. */

import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import * as v from 'valibot'

import { partNames } from './part.ts'

const spread = v.strictObject({ median: v.number(), min: v.number(), max: v.number() })
const value = v.union([spread, v.number(), v.boolean(), v.string()])
const goal = v.union([v.strictObject({ atMost: v.number() }), v.strictObject({ atLeast: v.number() })])
const row = v.strictObject({
  what: v.string(),
  unit: v.exactOptional(v.string()),
  ours: value,
  beside: v.pipe(
    v.record(v.string(), value),
    v.check(it => Object.keys(it).length > 0, 'no figure is ours alone: a peer, a bound or a bare loop beside it'),
  ),
  goal: v.exactOptional(goal),
  worse: v.exactOptional(v.picklist(['more', 'less', 'other'])),
  otherSide: v.exactOptional(v.number()),
  load: v.exactOptional(v.number()),
  headline: v.exactOptional(v.strictObject({ en: v.string(), zh: v.string() })),
})
const record = v.strictObject({
  part: v.picklist(partNames),
  title: v.string(),
  command: v.string(),
  /** What was measured; with `+` if files were changed that it does not have. */
  commit: v.pipe(v.string(), v.regex(/^[0-9a-f]{10}\+?$/)),
  date: v.pipe(v.string(), v.isoTimestamp()),
  machine: v.strictObject({
    cpu: v.string(),
    cores: v.number(),
    memory: v.string(),
    node: v.string(),
    platform: v.string(),
  }),
  load: v.strictObject({ before: v.number(), after: v.number() }),
  rounds: v.number(),
  facts: v.record(v.string(), v.union([v.string(), v.number()])),
  rows: v.pipe(
    v.array(row),
    v.check(it => new Set(it.map(({ what }) => what)).size === it.length, 'two rows have one name'),
  ),
})

/** A run of one part, as it stands in docs/figures/. */
export type Run = v.InferOutput<typeof record>

const folder = join(import.meta.dirname, '../docs/figures')

/** Throws for a row with nothing beside it, and for one that is there twice. */
export function checkRun(run: Run): Run {
  return v.parse(record, run)
}

export async function writeRun(run: Run): Promise<void> {
  await writeFile(join(folder, `${run.part}.json`), `${JSON.stringify(run, null, 2)}\n`)
}

/** All runs that are written, in the order of the parts. */
export async function readRuns(): Promise<readonly Run[]> {
  const files = (await readdir(folder)).filter(it => it.endsWith('.json') && it !== limitsFile)
  const runs = await Promise.all(
    files.map(async it => v.parse(record, JSON.parse(await readFile(join(folder, it), 'utf8')))),
  )
  return runs.sort((a, b) => partNames.indexOf(a.part) - partNames.indexOf(b.part))
}

const limitsFile = 'limits.json'
const limits = v.record(v.string(), v.string())

/** Figures in the documents that nobody measures, each with what it is: `20 MB` is the most that a picture may have, say. */
export async function readLimits(): Promise<Readonly<Record<string, string>>> {
  return v.parse(limits, JSON.parse(await readFile(join(folder, limitsFile), 'utf8')))
}

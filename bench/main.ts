/**
 * Measures ours beside peers, bounds and bare loops, prints the tables, and with `--write` writes docs/figures/ and the documents.
 *
 * `--short` judges what is counted against the written runs, and ends with 1 for anything worse; it judges no time.
 */

import { parseArgs } from 'node:util'

import { endOnSignal, say, wholeNumber } from '../kit/command.ts'
import { writeDocuments } from './documents.ts'
import { commitNow, describeMachine, loadNow } from './machine.ts'
import { type How, type Part, partNames } from './part.ts'
import { parts } from './parts.ts'
import { checkRun, type Run, readRuns, writeRun } from './record.ts'
import { runTable } from './table.ts'
import { findWorse } from './worse.ts'

const { values } = parseArgs({
  options: {
    part: { type: 'string', multiple: true },
    rounds: { type: 'string' },
    short: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
    profile: { type: 'boolean', default: false },
  },
})

endOnSignal()
if (values.short && values.write) throw new Error('a short run is not written')
const worse: string[] = []
for (const part of chosen()) {
  const run = await measure(part)
  say(`\n${part.title}\n\n${runTable(run)}`)
  if (values.write) await writeRun(run)
  if (values.short) worse.push(...(await judge(run)))
}
if (values.write) await writeDocuments()
say(
  values.short
    ? worse.length === 0
      ? '\nNo count is worse than written.\n'
      : `\nWorse than written:\n${worse.join('\n')}\n`
    : '',
)
process.exit(worse.length === 0 ? 0 : 1)

function chosen(): readonly Part[] {
  const unknown = values.part?.find(name => !parts.some(it => it.name === name))
  if (unknown !== undefined) throw new Error(`no part ${unknown}; there are: ${partNames.join(', ')}`)
  return values.part === undefined ? parts : parts.filter(it => values.part?.includes(it.name))
}

async function measure(part: Part): Promise<Run> {
  const load = { before: loadNow() }
  const commit = await commitNow()
  const how = howOf(part)
  const { rows, facts = {} } = await part.measure(how)
  return checkRun({
    part: part.name,
    title: part.title,
    command: `npm run bench -- --part ${part.name}${values.short ? ' --short' : ''}`,
    commit,
    date: new Date().toISOString(),
    machine: describeMachine(),
    load: { ...load, after: loadNow() },
    rounds: how.rounds,
    facts,
    rows: [...rows],
  })
}

function howOf(part: Part): How {
  const usual = values.short ? 1 : part.rounds
  return {
    isShort: values.short,
    isProfiling: values.profile,
    rounds: values.rounds === undefined ? usual : wholeNumber('rounds', values.rounds, 1),
    tell: what => void process.stderr.write(`${part.name}: ${what} …\n`),
  }
}

async function judge({ part, rows }: Run): Promise<string[]> {
  const written = (await readRuns()).find(it => it.part === part)
  return findWorse(rows, written?.rows ?? []).map(it => `${part}: ${it}`)
}

/**
 * `npm run test:seeds`: the property tests and the fuzz tests, once for each of many seeds; the fuzz with 100,000 inputs for
 * the first of them, and with 1,000 for each of the others.
 *
 * `-- --seeds 5 --from 1000` plays the seeds 1000 to 1004; further words choose test files, as vitest's do. A seed that
 * fails stops nothing; in the end every test of every seed is counted, and one that failed makes the exit code 1.
 */

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { parseArgs } from 'node:util'

import { endOnSignal, say, wholeNumber } from '../kit/command.ts'

const vitest = join(import.meta.dirname, '../node_modules/vitest/vitest.mjs')
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { seeds: { type: 'string', default: '60' }, from: { type: 'string', default: '1' } },
})
const count = wholeNumber('seeds', values.seeds, 1)
const from = wholeNumber('from', values.from, 0)
let child: ChildProcess | undefined

endOnSignal(() => child?.kill())

const total = { passed: 0, failed: 0 }
const wrong: number[] = []
for (let seed = from; seed < from + count; seed++) {
  say(`\n=== seed ${seed} (${seed - from + 1} of ${count})\n`)
  const { passed, failed } = await play(seed)
  total.passed += passed
  total.failed += failed
  if (failed > 0) wrong.push(seed)
}
if (wrong.length > 0) say(`\nseeds that failed: ${wrong.join(', ')}\n`)
say(`tests: ${total.passed} passed, ${total.failed} failed\n`)
process.exitCode = total.failed > 0 ? 1 : 0

/** Plays one seed to its end; a run that breaks off counts as one failure at least. */
async function play(seed: number): Promise<{ passed: number; failed: number }> {
  child = spawn(process.execPath, [vitest, 'run', '--config', 'vitest.seeds.config.ts', ...positionals], {
    env: { ...process.env, FAST_CHECK_SEED: `${seed}`, FUZZ: seed === from ? 'wide' : 'everyday' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let written = ''
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    process.stdout.write(text)
    written += text
  })
  const [code]: unknown[] = await once(child, 'close')
  const [, passed, failed] = /^tests: (\d+) passed, (\d+) failed/m.exec(written) ?? []
  return { passed: Number(passed ?? 0), failed: Math.max(Number(failed ?? 0), code === 0 ? 0 : 1) }
}

/** Tries mutants on the tests that see their file, in several processes. */

import { globSync } from 'node:fs'

import type { Mutant } from './mutant.ts'
import { reachOf } from './related.ts'
import { openWorker } from './workers.ts'

/** `told` is the test that failed, or why there was none. */
export type Outcome = { readonly isDead: boolean; readonly told: string }

type Say = (text: string) => void
type Worker = ReturnType<typeof openWorker>

/** They start processes of their own, which run the files on the disk, or look at files and not at what they do. */
const blind =
  /^test\/(local|mini-program|deployed|mutation)\/|^test\/(package|template|docs)\.test|processes\.test|\.(long|fuzz)\.test/
/** So many times as long as the tests take without a change, and a little for a machine that is busy. */
const patience = 4
const leastMs = 30_000

/** `prepare` first; `close` at any time. */
export function openTrials(root: string, count: number) {
  const workers = Array.from({ length: count }, openWorker)
  const reach = new Map(
    globSync('test/**/*.test.ts', { cwd: root })
      .filter(it => !blind.test(it))
      .map(it => [it, reachOf(it, root)]),
  )
  const took = new Map<string, number>()
  const testsOf = (file: string) => [...reach].flatMap(([test, files]) => (files.has(file) ? test : []))
  const timeOf = (tests: readonly string[]) => tests.reduce((sum, it) => sum + (took.get(it) ?? 0), 0)

  return {
    /** Runs all tests of these files over the code as it is: they must pass, and tell how long they take. */
    async prepare(files: readonly string[], say: Say): Promise<void> {
      const tests = [...new Set(files.flatMap(testsOf))]
      await inTurn(tests, async (it, worker) => {
        took.set(it, await timeAsItIs(it, worker))
      })
      say(`${took.size} test files pass over the code as it is\n`)
    },
    run: (mutants: readonly Mutant[], tell: (mutant: Mutant, outcome: Outcome) => void) =>
      inTurn(mutants, async (mutant, worker) => tell(mutant, await tryOne(mutant, worker))),
    close() {
      for (const it of workers) it.kill()
    },
  }

  async function tryOne({ file, text }: Mutant, worker: Worker): Promise<Outcome> {
    // The quickest first: the first that fails is enough.
    const tests = testsOf(file).toSorted((one, other) => (took.get(one) ?? 0) - (took.get(other) ?? 0))
    if (tests.length === 0) return { isDead: false, told: 'no test reaches the file' }
    const report = await worker.run({ root, tests, change: { file, text } }, leastMs + patience * timeOf(tests))
    if (report === 'timeout') return { isDead: true, told: 'it did not come to an end, or ended the process' }
    if (report.failure !== undefined) return { isDead: true, told: report.failure }
    if (Object.keys(report.took).length < tests.length) throw new Error(`not all tests of ${file} were run`)
    return { isDead: false, told: `${tests.length} test files passed` }
  }

  async function timeAsItIs(test: string, worker: Worker): Promise<number> {
    const report = await worker.run({ root, tests: [test] }, 300_000)
    const failure = report === 'timeout' ? report : report.failure
    if (report === 'timeout' || failure !== undefined)
      throw new Error(`fails over the code as it is: ${test}: ${failure}`)
    return report.took[test] ?? 0
  }

  async function inTurn<T>(items: readonly T[], work: (item: T, worker: Worker) => Promise<void>) {
    const waiting = items.values()
    await Promise.all(
      workers.map(async worker => {
        // One iterator for all: each takes the next that nobody has.
        for (const it of waiting) await work(it, worker)
      }),
    )
  }
}

/** Runs tests over code of which one file is changed in memory; the files on the disk stay as they are. Ends with its parent. */

import { join } from 'node:path'

import * as v from 'valibot'
import { BaseSequencer, createVitest, type Reporter, type TestSpecification } from 'vitest/node'

const order = v.object({
  root: v.string(),
  tests: v.array(v.string()),
  change: v.optional(v.object({ file: v.string(), text: v.string() })),
})
export type Order = v.InferOutput<typeof order>
/** The first failure, and how long each test file took that ran to its end (ms). */
export type Report = { readonly failure?: string; readonly took: Readonly<Record<string, number>> }

/** Of one file, by its whole path. */
let changed: { readonly path: string; readonly text: string } | undefined
let failures: string[] = []
let took: Record<string, number> = {}

const mutation = {
  name: 'mutation',
  enforce: 'pre',
  load: (id: string) => (id === changed?.path ? changed.text : undefined),
} as const
// What vitest itself remembers of a file may be of a run before.
const reporter: Reporter = {
  onTestCaseResult(test) {
    if (test.result().state === 'failed') failures.push(`${test.module.relativeModuleId} › ${test.fullName}`)
  },
  onTestModuleEnd(module) {
    took[module.relativeModuleId] = module.diagnostic().duration
    if (module.state() === 'failed') failures.push(module.relativeModuleId)
  },
}
/** Whoever gives the order knows which tests are quick. */
class AsTold extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return files
  }
}
const vitest = await createVitest(
  {
    config: 'vitest.config.ts',
    watch: false,
    bail: 1,
    // They end with this process, whatever they do.
    pool: 'threads',
    maxWorkers: 1,
    // It goes by what is on the disk, and would outlive this process.
    fsModuleCache: false,
    reporters: [reporter],
    sequence: { sequencer: AsTold },
  },
  { plugins: [mutation] },
)

process.on('disconnect', () => process.exit(0))
process.on('message', message => {
  void run(v.parse(order, message)).then(report => process.send?.(report))
})
process.send?.('ready')

async function run({ root, tests, change }: Order): Promise<Report> {
  failures = []
  took = {}
  if (changed !== undefined) vitest.invalidateFile(changed.path)
  changed = change === undefined ? undefined : { path: join(root, change.file), text: change.text }
  if (changed !== undefined) vitest.invalidateFile(changed.path)
  const project = vitest.getRootProject()
  const specifications = tests.map(it => project.createSpecification(join(root, it)))
  const { unhandledErrors } = await vitest.rerunTestSpecifications(specifications)
  const [failure] = [...failures, ...unhandledErrors.map(String)]
  return failure === undefined ? { took } : { took, failure }
}

/**
 * Weighs each function's deployed bundle, and times how long a fresh process takes to load it, beside a bundle of
 * nothing but its AWS clients: what our own code and the other packages add to a cold start.
 *
 * It judges nothing, and ends with 0 whatever it finds. `--runs 5` is quicker, `--only send,me` too.
 */

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'

import { wholeNumber } from '../kit/command.ts'
import { type Door, readService, type Service } from '../kit/service.ts'
import { type Bundles, buildBundles } from './bundles.ts'
import { type Candidate, timeLoads } from './load-time.ts'
import { type Result, report } from './report.ts'

const { values } = parseArgs({ options: { runs: { type: 'string', default: '21' }, only: { type: 'string' } } })
const runs = wholeNumber('runs', values.runs, 1)

const service = await readService()
const folder = await mkdtemp(join(tmpdir(), 'queqiao-bench-'))
try {
  process.stdout.write(report(await measure(service), service.build.format === 'esm' ? 'ESM' : 'CJS'))
} finally {
  await rm(folder, { recursive: true, force: true })
}

async function measure({ doors, build, environment }: Service): Promise<Result[]> {
  const wanted = chosen(doors)
  const bundles = await Promise.all(wanted.map(door => buildBundles(door, build, folder)))
  const env = { ...environment, STAGE: 'bench', AWS_REGION: 'ap-southeast-1', AWS_LAMBDA_FUNCTION_NAME: 'bench' }
  const times = await timeLoads(bundles.flatMap(candidatesOf), runs, env)
  return wanted.flatMap((door, index) => {
    const [deployed = [], reference = [], twin = []] = times.slice(index * 3)
    const its = bundles[index]
    return its === undefined ? [] : { door, bundles: its, times: { deployed, reference, twin } }
  })
}

function chosen(doors: readonly Door[]): readonly Door[] {
  if (values.only === undefined) return doors
  return values.only.split(',').map(name => {
    const door = doors.find(it => it.name === name)
    if (door === undefined) throw new Error(`serverless.yml has no function ${name}`)
    return door
  })
}

/** The module systems are compared over all functions together, for which a third of the runs is plenty. */
function candidatesOf({ deployed, reference, twin }: Bundles): Candidate[] {
  return [
    { file: deployed.file, every: 1 },
    { file: reference.file, every: 1 },
    { file: twin.file, every: 3 },
  ]
}

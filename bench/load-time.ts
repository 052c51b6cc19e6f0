/** How long a fresh process takes to load a bundle, as Lambda does it: import for ES modules, require for CommonJS. */

import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

type Environment = Readonly<Record<string, string>>

/** A file to load in every round, or in every third, say. */
export type Candidate = { readonly file: string; readonly every: number }

const run = promisify(execFile)

/** Lambda, too, imports from an ES module: the loader is warm. */
const head =
  "import { createRequire } from 'node:module'; const file = process.argv[1]; const start = performance.now()"
const loads = { esm: 'await import(file)', cjs: 'createRequire(import.meta.url)(file)' }
const tail = 'process.stdout.write(String(performance.now() - start))'

/** Loads all files in turn, round by round, so that a slow moment of the machine strikes them alike; milliseconds. */
export async function timeLoads(files: readonly Candidate[], rounds: number, env: Environment): Promise<number[][]> {
  const times: number[][] = files.map(() => [])
  for (let round = 0; round < rounds; round++) {
    for (const [index, { file, every }] of files.entries()) {
      if (round % every === 0) times[index]?.push(await timeLoad(file, env))
    }
    process.stderr.write(`\r${round + 1} of ${rounds} rounds`)
  }
  process.stderr.write('\n\n')
  return times
}

async function timeLoad(file: string, env: Environment): Promise<number> {
  const script = [head, file.endsWith('.cjs') ? loads.cjs : loads.esm, tail].join('\n')
  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', script, file], { env })
  return Number(stdout)
}

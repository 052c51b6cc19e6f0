/** Which core a process runs on. */

import { execFile } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { promisify } from 'node:util'

const run = promisify(execFile)
const canPin = process.platform === 'linux' && availableParallelism() > 1

/** Keeps a process, with all its threads, on a core; false where that cannot be (no taskset, a single core). */
export async function pin(pid: number | undefined, core: number): Promise<boolean> {
  if (!canPin || pid === undefined) return false
  return run('taskset', ['-acp', `${core}`, `${pid}`]).then(
    () => true,
    () => false,
  )
}

/** The core of what is measured, and that of the other side. */
export const cores = { measured: 0, otherSide: availableParallelism() - 1 }

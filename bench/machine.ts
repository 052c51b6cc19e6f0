/** Where a run takes place: the machine, its load, and the commit. */

import { execFile } from 'node:child_process'
import { arch, availableParallelism, cpus, loadavg, release, totalmem } from 'node:os'
import { promisify } from 'node:util'

const run = promisify(execFile)
const root = `${import.meta.dirname}/..`

export function describeMachine() {
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memory: `${(totalmem() / 2 ** 30).toFixed(0)} GB`,
    node: process.version,
    platform: `${process.platform} ${release()} ${arch()}`,
  }
}

/** Of the last minute; nothing is known of it on Windows. */
export function loadNow(): number {
  return Math.round((loadavg()[0] ?? 0) * 100) / 100
}

/** Ten digits of the commit, and `+` where a file of the project is not as in it. */
export async function commitNow(): Promise<string> {
  const git = async (...args: string[]) => (await run('git', args, { cwd: root })).stdout.trim()
  const changed = await git('status', '--porcelain', '--untracked-files=no', '--', '.', ':!docs', ':!README*')
  return `${await git('rev-parse', '--short=10', 'HEAD')}${changed === '' ? '' : '+'}`
}

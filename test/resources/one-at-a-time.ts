/** Keeps processes that share a folder of the checkout from using it at the same time. */

import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { setTimeout } from 'node:timers/promises'

const lookMs = 100
const mostLooks = 6000

/** Runs `work` while no other process runs its own under the same file; what a dead process left there is taken over. */
export async function oneAtATime<T>(file: string, work: () => Promise<T>): Promise<T> {
  await mkdir(dirname(file), { recursive: true })
  await take(file)
  try {
    return await work()
  } finally {
    await rm(file, { force: true })
  }
}

async function take(file: string): Promise<void> {
  for (let looks = 0; looks < mostLooks; looks++) {
    if (await isWritten(file)) return
    if (!(await isHeld(file))) await rm(file, { force: true })
    else await setTimeout(lookMs)
  }
  throw new Error(`${file} is held for ten minutes`)
}

/** False if it is there already. */
async function isWritten(file: string): Promise<boolean> {
  try {
    await writeFile(file, `${process.pid}`, { flag: 'wx' })
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  }
}

/** Whoever has just made it may not have written its number yet. */
async function isHeld(file: string): Promise<boolean> {
  const pid = Number(await readFile(file, 'utf8').catch(() => ''))
  return pid === 0 || isAlive(pid)
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

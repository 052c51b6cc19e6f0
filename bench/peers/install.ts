/** Installs the peers, in exactly the versions of the lock file, where they are not installed yet. */

import { execFile } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
const folder = import.meta.dirname

/** Answers their folder, which holds `node_modules`. Needs npm and its registry, once. */
export async function installPeers(): Promise<string> {
  const lock = await readFile(join(folder, 'package-lock.json'), 'utf8')
  const mark = join(folder, 'node_modules/.installed')
  if ((await readFile(mark, 'utf8').catch(() => '')) !== lock) {
    await run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
      cwd: folder,
      shell: process.platform === 'win32',
    })
    await writeFile(mark, lock)
  }
  return folder
}

/** The version of a peer, as the lock file has it. */
export async function versionOf(peer: string): Promise<string> {
  const { dependencies } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'))
  return dependencies[peer]
}

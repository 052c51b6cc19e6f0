/** WxJava, by Maven: its packages are installed into a folder beside it. */

import { execFile } from 'node:child_process'
import { access, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

import type { Program } from './programs.ts'

const run = promisify(execFile)
const folder = join(import.meta.dirname, 'java')
/** That the packages are all there. */
const mark = join(folder, 'target/installed')

export const wxJava: Program = {
  name: 'WxJava',
  /** As pom.xml has it. */
  version: '4.7.0',
  needs: 'Java and Maven',
  folder,
  command: ['java', '-cp', 'target/lib/*', 'Peer.java'],
  async install() {
    await run('java', ['-version'])
    await access(mark).catch(fetchPackages)
  },
}

async function fetchPackages(): Promise<void> {
  const goal = ['-q', '-B', 'dependency:copy-dependencies', '-DoutputDirectory=target/lib']
  await run('mvn', goal, { cwd: folder, timeout: 300_000 })
  await writeFile(mark, '')
}

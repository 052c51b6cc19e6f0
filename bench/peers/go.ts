/** silenceper/wechat, built into a folder beside it, in exactly the versions of go.sum. */

import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'

import type { Program } from './programs.ts'

const run = promisify(execFile)
const folder = join(import.meta.dirname, 'go')

export const silenceper: Program = {
  name: 'silenceper/wechat',
  /** As go.mod has it. */
  version: '2.1.10',
  needs: 'Go',
  folder,
  command: [join(folder, 'target/peer')],
  async install() {
    await run('go', ['build', '-o', 'target/peer', '.'], { cwd: folder, timeout: 300_000 })
  },
}

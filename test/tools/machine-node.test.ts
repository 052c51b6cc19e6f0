import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

import { expect, it } from 'vitest'

import { openFolder } from '../opened.ts'

const script = join(import.meta.dirname, '../../tools/machine-node.cjs')

/** Installs beside a Node of the machine that says to be of this version; answers what is told, and whether npm's stays. */
async function install(version: string) {
  const folder = await openFolder()
  const [own, brought] = [join(folder, 'own-node'), join(folder, 'node_modules/.bin/node')]
  await mkdir(join(folder, 'node_modules/.bin'), { recursive: true })
  await writeFile(brought, '')
  await writeFile(own, `#!/bin/sh\necho ${version}\n`)
  await chmod(own, 0o755)
  const options = { cwd: folder, env: { npm_node_execpath: own } }
  const { stdout } = await promisify(execFile)(process.execPath, [script], options)
  return { told: stdout.trim(), isThere: existsSync(brought) }
}

it.each(['v24.0.0', 'v26.3.1'])('leaves the scripts to the machine’s own Node where it is %s', async version => {
  expect(await install(version)).toEqual({ told: expect.stringContaining(version), isThere: false })
})

it.each(['v20.20.2', 'v22.12.0'])(
  'keeps the Node that npm brought where the machine’s is %s, and says whose it is',
  async version => {
    expect(await install(version)).toEqual({ told: expect.stringContaining('not published by Node'), isThere: true })
  },
)

/** cfn-lint and ministack, in a Python environment of this project alone. */

import { createHash } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { mustRun, root, run } from './process.ts'

const requirements = join(import.meta.dirname, 'requirements.txt')
const folder = join(root, '.deploy-test')
const venv = join(folder, 'venv')
const bin = join(venv, process.platform === 'win32' ? 'Scripts' : 'bin')
const mark = join(folder, 'installed')

export type Python = { readonly cfnLint: string; readonly ministack: string }

/** Installs what requirements.txt pins; undefined where this machine has no Python 3 with pip, or an older one. */
export async function openPython(): Promise<Python | undefined> {
  if (!(await hasPython())) return undefined
  const wanted = createHash('sha256')
    .update(await readFile(requirements))
    .digest('hex')
  if ((await readFile(mark, 'utf8').catch(() => '')) !== wanted) await install(wanted)
  return { cfnLint: join(bin, 'cfn-lint'), ministack: join(bin, 'ministack') }
}

async function install(wanted: string): Promise<void> {
  const env = ownEnvironment()
  await mustRun(['python3', '-m', 'venv', '--clear', venv], env)
  const flags = ['--quiet', '--disable-pip-version-check', '--requirement', requirements]
  await mustRun([join(bin, 'python'), '-m', 'pip', 'install', ...flags], env)
  await writeFile(mark, wanted)
}

/** Asks for what is used: a Python without `venv` or `ensurepip` makes no environment. */
async function hasPython(): Promise<boolean> {
  const code = 'import sys, venv, ensurepip, pip; sys.exit(sys.version_info < (3, 10))'
  const asked = await run(['python3', '-c', code], ownEnvironment()).catch(() => undefined)
  return asked?.code === 0
}

/** pip goes by the machine's own settings: proxies, certificates, an index of the house. */
function ownEnvironment(): Record<string, string> {
  const entries = Object.entries(process.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]))
  return Object.fromEntries(entries)
}

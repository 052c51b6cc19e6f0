/** The SDKs whose servers run behind us: what each needs of this machine, how it is installed, and how its server starts. */

import { createHash } from 'node:crypto'
import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { mustRun, root, run } from '../deployed/process.ts'

/** An SDK's small server, ready to be started. */
export type Server = { readonly sdk: string; readonly command: readonly string[] }

type Sdk = {
  readonly sdk: string
  /** What must work before anything is installed. */
  readonly probe: readonly string[]
  readonly needs: string
  /** Without its registry this test has failed. */
  readonly isRequired?: boolean
  install(folder: string): Promise<void>
  command(folder: string): readonly string[]
}

/** Not among the project's own dependencies: what is tested is that others' code works, as it is published. */
const installed = join(root, '.behind-test')
const sources = join(import.meta.dirname, 'servers')
const python = (folder: string) => join(folder, 'venv', process.platform === 'win32' ? 'Scripts' : 'bin', 'python')

const sdks: readonly Sdk[] = [
  {
    sdk: 'co-wechat',
    probe: ['npm', '--version'],
    needs: 'npm',
    isRequired: true,
    install: folder => exec('npm', '--prefix', folder, 'ci', '--ignore-scripts', '--no-audit', '--no-fund'),
    command: folder => [process.execPath, '--no-deprecation', join(folder, 'server.mjs')],
  },
  {
    sdk: 'wechatpy',
    probe: ['python3', '-c', 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 9))'],
    needs: 'Python 3.9 or later with venv and pip',
    install: async folder => {
      await exec('python3', '-m', 'venv', '--clear', join(folder, 'venv'))
      const flags = ['--quiet', '--disable-pip-version-check', '--requirement', join(folder, 'requirements.txt')]
      await exec(python(folder), '-m', 'pip', 'install', ...flags)
    },
    command: folder => [python(folder), join(folder, 'server.py')],
  },
  {
    sdk: 'silenceper',
    probe: ['go', 'version'],
    needs: 'Go',
    install: folder => exec('go', '-C', folder, 'build', '-o', 'server', '.'),
    command: folder => [join(folder, 'server')],
  },
]

/** Installs what this machine has a runtime for, and says what is skipped; throws if the SDK for Node cannot be installed. */
export async function installServers(say: (line: string) => void): Promise<readonly Server[]> {
  const servers: Server[] = []
  for (const sdk of sdks) {
    const why = await whyNot(sdk)
    if (why === undefined) servers.push({ sdk: sdk.sdk, command: sdk.command(join(installed, sdk.sdk)) })
    else say(`skipped: ${sdk.sdk}, ${why}`)
  }
  return servers
}

async function whyNot(sdk: Sdk): Promise<string | undefined> {
  const probed = await run(sdk.probe, environment()).catch(() => undefined)
  if (probed?.code !== 0) return `which needs ${sdk.needs}`
  try {
    await installOnce(sdk)
    return undefined
  } catch (error) {
    if (sdk.isRequired) throw error
    const why = error instanceof Error ? error.message : String(error)
    return `which could not be installed: ${why.trim().split('\n').at(-1)?.slice(0, 200)}`
  }
}

/** Again only where something in its folder has changed. */
async function installOnce({ sdk, install }: Sdk): Promise<void> {
  const [source, folder] = [join(sources, sdk), join(installed, sdk)]
  const [mark, wanted] = [join(folder, 'installed'), await digestOf(source)]
  if ((await readFile(mark, 'utf8').catch(() => '')) === wanted) return
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  await cp(source, folder, { recursive: true })
  await install(folder)
  await writeFile(mark, wanted)
}

async function digestOf(folder: string): Promise<string> {
  const digest = createHash('sha256')
  for (const name of (await readdir(folder)).sort()) digest.update(name).update(await readFile(join(folder, name)))
  return digest.digest('hex')
}

async function exec(...command: readonly string[]): Promise<void> {
  await mustRun(command, environment())
}

/** Package managers go by the machine's own settings: proxies, certificates, an index of the house. */
function environment(): Record<string, string> {
  const entries = Object.entries(process.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]))
  return Object.fromEntries(entries)
}

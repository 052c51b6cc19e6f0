/** The processes beside this one; they end with it. */

import { type ChildProcess, fork } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { build } from 'esbuild'

import { readService } from '../service.ts'
import { type Call, openPeer, type Services } from './peer.ts'

export type Started = { readonly call: Call; stop(): void }

/** What the function may take, in MB. */
export const memoryMb = 256

/** Lambda's bootstrap gives a tenth of the memory to the young generation, half of it to each semi-space. */
const asOnLambda = [
  `--max-semi-space-size=${Math.floor(memoryMb / 20)}`,
  `--max-old-space-size=${memoryMb - Math.floor(memoryMb / 10)}`,
]

/** Starts WeChat in a box. */
export function startWeChat(): Started {
  return start(join(import.meta.dirname, 'wechat.ts'), {}, { execArgv: ['--disable-warning=ExperimentalWarning'] })
}

/** Starts the function as it is deployed: bundled, and with the limits of its memory. */
export async function startFunction(wechatUrl: string, services: Services): Promise<Started> {
  const folder = mkdtempSync(join(tmpdir(), 'queqiao-bench-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  const { build: settings } = await readService()
  const entryPoints = [join(import.meta.dirname, 'function.ts')]
  await build({ ...settings, entryPoints, outdir: folder, logLevel: 'error' })
  const file = join(folder, `function${settings.outExtension?.['.js'] ?? '.js'}`)
  return start(file, services, { execArgv: asOnLambda, args: [wechatUrl] })
}

type How = { readonly execArgv: readonly string[]; readonly args?: readonly string[] }

function start(file: string, services: Services, { execArgv, args = [] }: How): Started {
  const profiling = process.execArgv.filter(it => it.startsWith('--cpu-prof'))
  const child = fork(file, [...args], { serialization: 'advanced', execArgv: [...execArgv, ...profiling] })
  child.once('exit', (code, signal) => endWith(file, signal ?? code))
  return { call: openPeer(child, services), stop: () => stop(child) }
}

function stop(child: ChildProcess): void {
  child.removeAllListeners('exit')
  child.disconnect()
}

function endWith(file: string, reason: unknown): void {
  process.stderr.write(`\n${file} ended: ${reason}\n`)
  process.exit(1)
}

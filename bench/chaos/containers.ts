/** The containers: processes with wires to all that they reach, which can be killed at any byte. */

import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import type { SQSBatchResponse, SQSEvent } from 'aws-lambda'
import { build } from 'esbuild'

import { defaultAccounts } from '../../local/wechat/defaults.ts'
import { openPeer } from '../followers/peer.ts'
import { readService } from '../service.ts'
import { ahead } from './clock.ts'
import type { FunctionName, Invocation } from './container.ts'
import { type Listener, layWire } from './wire.ts'

/** What a container reaches: by it requests are told apart. */
export type Edge = 'wechat' | 'store' | 'queue'
export type Ports = Readonly<Record<Edge | 'secrets', number>>

/** How an invocation ended; `killed` and `failed` leave everything to the queue. */
type Ended = { readonly kind: 'answered'; readonly answer: SQSBatchResponse } | { readonly kind: 'killed' | 'failed' }
export type Container = {
  invoke(name: FunctionName, event?: SQSEvent): Promise<Ended>
  /** Ends it at once, as a crash does. */
  kill(): void
  /** Hears of every request, while an invocation runs. */
  listener: (edge: Edge, ...moment: Parameters<Listener>) => ReturnType<Listener>
}

/** As in serverless.yml. */
const limitMs = 60_000

/** Bundles the functions with the settings of the deployment; answers the file. */
export async function bundle(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'queqiao-chaos-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  const { build: settings } = await readService()
  await build({
    ...settings,
    entryPoints: [join(import.meta.dirname, 'container.ts')],
    outdir: folder,
    logLevel: 'error',
  })
  return join(folder, `container${settings.outExtension?.['.js'] ?? '.js'}`)
}

/** Starts a container with wires of its own. */
export async function startContainer(file: string, ports: Ports): Promise<Container> {
  const container = { listener: () => 'pass' } as Pick<Container, 'listener'>
  const edges = ['wechat', 'store', 'queue'] as const
  const wires = await Promise.all(edges.map(edge => layWire(ports[edge], moment => container.listener(edge, moment))))
  const [wechat, store, queue] = wires.map(it => it.url)
  const env = { ...environment, WECHAT_API_URL: wechat, AWS_ENDPOINT_URL_DYNAMODB: store, AWS_ENDPOINT_URL_SQS: queue }
  const child = fork(file, [], {
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    env: { ...env, AWS_ENDPOINT_URL_SSM: `http://127.0.0.1:${ports.secrets}` },
  })
  child.once('exit', () => {
    for (const wire of wires) wire.close()
  })
  return Object.assign(container, { invoke: createInvoke(child), kill: () => void child.kill('SIGKILL') })
}

function createInvoke(child: ChildProcess): Container['invoke'] {
  const call = openPeer(child, {})
  const killed = once(child, 'exit').then((): Ended => ({ kind: 'killed' }))
  return (name, event) => {
    const invocation: Invocation = { aheadMs: ahead(), limitMs }
    const answered = call('lambda', 'invoke', [name, event, invocation]).then(
      (answer): Ended => ({ kind: 'answered', answer: answer as SQSBatchResponse }),
      (error): Ended => {
        process.stderr.write(`\n${name} failed: ${error}\n`)
        return { kind: 'failed' }
      },
    )
    return Promise.race([answered, killed])
  }
}

const environment = {
  STAGE: 'local',
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'chaos',
  AWS_SECRET_ACCESS_KEY: 'chaos',
  AWS_LAMBDA_FUNCTION_NAME: 'chaos',
  POWERTOOLS_LOG_LEVEL: 'SILENT',
  POWERTOOLS_SERVICE_NAME: 'queqiao',
  ACCESS_TOKEN_MODE: 'stable',
  RESULTS_BUS: 'off',
  SECRETS_PREFIX: '/chaos',
  QUOTA_RESERVE: '0',
  WECHAT_OFFICIAL_APPID: defaultAccounts.official.appid,
  WECHAT_MINI_APPID: defaultAccounts.mini.appid,
  TOKENS_TABLE: 'tokens',
  LINKS_TABLE: 'links',
  DELIVERIES_TABLE: 'deliveries',
  EVENTS_QUEUE: 'events',
  FOLLOWERS_QUEUE: 'followers',
}

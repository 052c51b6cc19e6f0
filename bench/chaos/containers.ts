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
import { type Listener, layWire, type Tap } from './wire.ts'
import { isSend, type Witness } from './witness.ts'

/** What a container reaches: by it requests are told apart. */
export type Edge = 'wechat' | 'store' | 'queue'
/** Without a bus, nobody is told of results. */
type Ports = Readonly<Record<Edge | 'secrets', number> & { bus?: number }>
/** What all containers share: the ports that they reach, and who watches the wires. */
export type Surroundings = { readonly ports: Ports; readonly witness: Witness }

/** How an invocation ended; `killed` and `failed` leave everything to the queue. */
type Ended =
  | { readonly kind: 'answered'; readonly answer: SQSBatchResponse }
  /** `hasBegun`: a call for a message, or the note that goes before it, had left or was about to. */
  | { readonly kind: 'killed' | 'failed'; readonly hasBegun: boolean }
export type Container = {
  invoke(name: FunctionName, event?: SQSEvent): Promise<Ended>
  /** Ends it at once, as a crash does. */
  kill(): void
  /** Hears of every request, while an invocation runs. */
  listener: (edge: Edge, ...moment: Parameters<Listener>) => ReturnType<Listener>
}

/** As in serverless.yml. */
const limitMs = 30_000

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

const noTap: Tap = { sent: () => undefined, received: () => undefined }

/** Starts a container with wires of its own. */
export async function startContainer(file: string, { ports, witness }: Surroundings): Promise<Container> {
  const container = { listener: () => 'pass' } as Pick<Container, 'listener'>
  const calls = { hasBegun: false }
  const began = () => {
    calls.hasBegun = true
  }
  const taps = { wechat: () => witness.tapCalls(began), store: () => witness.tapNotes(began), queue: () => noTap }
  const lay = (edge: Edge) => {
    const listener: Listener = (moment, head) => {
      if (edge === 'wechat' && isSend(head)) began()
      return container.listener(edge, moment, head)
    }
    return layWire(ports[edge], { listener, openTap: taps[edge] })
  }
  const wires = { wechat: await lay('wechat'), store: await lay('store'), queue: await lay('queue') }
  const child = fork(file, [], {
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    env: {
      ...environment,
      WECHAT_API_URL: wires.wechat.url,
      AWS_ENDPOINT_URL_DYNAMODB: wires.store.url,
      AWS_ENDPOINT_URL_SQS: wires.queue.url,
      ...(ports.bus === undefined ? {} : busAt(ports.bus)),
      AWS_ENDPOINT_URL_SSM: `http://127.0.0.1:${ports.secrets}`,
    },
  })
  child.once('exit', () => {
    for (const wire of Object.values(wires)) wire.close()
  })
  return Object.assign(container, { invoke: createInvoke(child, calls), kill: () => void child.kill('SIGKILL') })
}

function busAt(port: number) {
  return { RESULTS_BUS: 'chaos', AWS_ENDPOINT_URL_EVENTBRIDGE: `http://127.0.0.1:${port}` }
}

function createInvoke(child: ChildProcess, calls: { hasBegun: boolean }): Container['invoke'] {
  const call = openPeer(child, {})
  const killed = once(child, 'exit').then(() => 'killed' as const)
  return async (name, event) => {
    calls.hasBegun = false
    const invocation: Invocation = { aheadMs: ahead(), limitMs }
    const answered = call('lambda', 'invoke', [name, event, invocation]).catch(error => {
      process.stderr.write(`\n${name} failed: ${error}\n`)
      return 'failed' as const
    })
    const ended = await Promise.race([answered, killed])
    if (ended === 'killed' || ended === 'failed') return { kind: ended, hasBegun: calls.hasBegun }
    return { kind: 'answered', answer: ended as SQSBatchResponse }
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
  TEST_ACCOUNT: 'off',
  SECRETS_PREFIX: '/chaos',
  QUOTA_RESERVE: '0',
  WECHAT_OFFICIAL_APPID: defaultAccounts.official.appid,
  WECHAT_MINI_APPID: defaultAccounts.mini.appid,
  TOKENS_TABLE: 'tokens',
  LINKS_TABLE: 'links',
  DELIVERIES_TABLE: 'deliveries',
  ATTEMPTS_TABLE: 'attempts',
  WALKS_TABLE: 'walks',
  EVENTS_QUEUE: 'events',
  FOLLOWERS_QUEUE: 'followers',
}

/** The containers: processes with wires to all that they reach, which can be killed at any byte. */

import type { SQSBatchResponse, SQSEvent } from 'aws-lambda'
import { ahead } from '../../kit/clock.ts'
import { timeoutMs } from '../../kit/deployment.ts'
import { functionEnvironment } from '../../kit/function-environment.ts'
import { type Call, PeerEnded } from '../../kit/peer.ts'
import { start } from '../../kit/processes.ts'
import type { FunctionName, Invocation } from './container.ts'
import { type Listener, layWire, noTap } from './wire.ts'
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
  const { child, call } = start(file, {
    isMortal: true,
    env: {
      ...functionEnvironment,
      POWERTOOLS_LOG_LEVEL: 'SILENT',
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
  return Object.assign(container, { invoke: createInvoke(call, calls), kill: () => void child.kill('SIGKILL') })
}

function busAt(port: number) {
  return { RESULTS_BUS: 'chaos', AWS_ENDPOINT_URL_EVENTBRIDGE: `http://127.0.0.1:${port}` }
}

function createInvoke(call: Call, calls: { hasBegun: boolean }): Container['invoke'] {
  return async (name, event) => {
    calls.hasBegun = false
    const invocation: Invocation = { aheadMs: ahead(), limitMs: timeoutMs(functionOf[name]) }
    try {
      const answer = await call('lambda', 'invoke', [name, event, invocation])
      return { kind: 'answered', answer: answer as SQSBatchResponse }
    } catch (error) {
      if (error instanceof PeerEnded) return { kind: 'killed', hasBegun: calls.hasBegun }
      process.stderr.write(`\n${name} failed: ${error}\n`)
      return { kind: 'failed', hasBegun: calls.hasBegun }
    }
  }
}

/** Whose limits each has. */
const functionOf = { send: 'send', 'send-naively': 'send', 'resume-events': 'resume-events' } as const

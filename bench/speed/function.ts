/** The function: the handler of functions/send.ts as it is deployed, in a process of its own. */

import { Session } from 'node:inspector/promises'

import type { Message } from '@aws-sdk/client-sqs'
import type { Context } from 'aws-lambda'

import { handler } from '../../functions/send.ts'
import { openPeer } from '../../kit/peer.ts'
import { endWithParent, usage } from '../../kit/usage.ts'
import { toSqsEvent } from '../../local/event-batch.ts'
import type { Profile } from '../flame/fold.ts'
import { timeCalls, watchSockets } from '../peers/sockets.ts'

/** When each invocation began and ended (ms since 1970), the processor time of all, and the new sockets to WeChat. */
export type Invoked = {
  readonly spans: readonly { readonly began: number; readonly ended: number }[]
  /** Of each call of WeChat, in milliseconds. */
  readonly callMs: readonly number[]
  readonly cpuSeconds: number
  readonly sockets: number
  readonly failed: number
}

const profiler = new Session()
const limitMs = Number(process.argv[3])
const wechatPort = Number(process.argv[2])
const sockets = watchSockets(wechatPort)
const callTimes = timeCalls(wechatPort)

openPeer(process, { function: { invoke, startProfile, stopProfile } })
endWithParent()

/** Invokes the handler with one batch after another, as Lambda does with one container. */
async function invoke(batches: readonly (readonly string[])[]): Promise<Invoked> {
  const source = { queueArn: 'arn:aws:sqs:us-east-1:000000000000:events', region: 'us-east-1' }
  const events = batches.map(bodies => toSqsEvent(bodies.map(messageOf), source))
  const spans: { began: number; ended: number }[] = []
  const before = { cpuSeconds: usage().cpuSeconds, sockets: sockets() }
  callTimes()
  let failed = 0
  for (const event of events) {
    const began = Date.now()
    const context = { awsRequestId: 'bench', getRemainingTimeInMillis: () => began + limitMs - Date.now() }
    const { batchItemFailures } = await handler(event, context as Context)
    failed += batchItemFailures.length
    spans.push({ began, ended: Date.now() })
  }
  const took = { cpuSeconds: usage().cpuSeconds - before.cpuSeconds, sockets: sockets() - before.sockets }
  return { spans, callMs: callTimes(), ...took, failed }
}

function messageOf(Body: string, index: number): Message {
  return { MessageId: `${index}`, ReceiptHandle: `${index}`, Body, Attributes: { SentTimestamp: `${Date.now()}` } }
}

/** By node's own profiler, from now on. */
async function startProfile(): Promise<void> {
  profiler.connect()
  await profiler.post('Profiler.enable')
  await profiler.post('Profiler.start')
}

async function stopProfile(): Promise<Profile> {
  const { profile } = await profiler.post('Profiler.stop')
  profiler.disconnect()
  const { nodes, samples = [], timeDeltas = [] } = profile
  return { nodes, samples, timeDeltas }
}

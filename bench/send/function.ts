/** The function: the handler of functions/send.ts as it is deployed, in a process of its own. */

import { subscribe } from 'node:diagnostics_channel'
import type { Socket } from 'node:net'

import type { Context, SQSEvent, SQSRecord } from 'aws-lambda'

import { handler } from '../../functions/send.ts'
import { openPeer } from '../../kit/peer.ts'
import { endWithParent, usage } from '../../kit/usage.ts'

/** When each invocation began and ended (ms since 1970), the processor time of all, and the new sockets to WeChat. */
export type Invoked = {
  readonly spans: readonly { readonly began: number; readonly ended: number }[]
  readonly cpuSeconds: number
  readonly sockets: number
  readonly failed: number
}

const limitMs = Number(process.argv[3])
const wechatPort = Number(process.argv[2])
let sockets = 0

subscribe('net.client.socket', message => {
  const { socket } = message as { socket: Socket }
  socket.once('connect', () => {
    if (socket.remotePort === wechatPort) sockets += 1
  })
})
openPeer(process, { function: { invoke } })
endWithParent()

/** Invokes the handler with one batch after another, as Lambda does with one container. */
async function invoke(batches: readonly (readonly string[])[]): Promise<Invoked> {
  const events = batches.map(eventOf)
  const spans: { began: number; ended: number }[] = []
  const before = { cpuSeconds: usage().cpuSeconds, sockets }
  let failed = 0
  for (const event of events) {
    const began = Date.now()
    const context = { awsRequestId: 'bench', getRemainingTimeInMillis: () => began + limitMs - Date.now() }
    const { batchItemFailures } = await handler(event, context as Context)
    failed += batchItemFailures.length
    spans.push({ began, ended: Date.now() })
  }
  return { spans, cpuSeconds: usage().cpuSeconds - before.cpuSeconds, sockets: sockets - before.sockets, failed }
}

function eventOf(bodies: readonly string[]): SQSEvent {
  return { Records: bodies.map((body, index) => recordOf(body, index)) }
}

function recordOf(body: string, index: number): SQSRecord {
  const now = `${Date.now()}`
  return {
    messageId: `${index}`,
    receiptHandle: `${index}`,
    body,
    attributes: {
      SenderId: 'bench',
      SentTimestamp: now,
      ApproximateReceiveCount: '1',
      ApproximateFirstReceiveTimestamp: now,
    },
    messageAttributes: {},
    md5OfBody: '',
    eventSource: 'aws:sqs',
    eventSourceARN: 'arn:aws:sqs:us-east-1:000000000000:events',
    awsRegion: 'us-east-1',
  }
}

/**
 * AWS as a process of its own: DynamoDB, SQS, SSM and EventBridge in memory, as far as the functions here ask them. It counts
 * what they are billed by. Each answer comes after the milliseconds of the first argument.
 */

import { createHash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'

import * as v from 'valibot'

import { openServer } from '../../kit/listen.ts'
import { openPeer } from '../../kit/peer.ts'
import { endWithParent, usage } from '../../kit/usage.ts'
import { openDynamo, type Units } from './dynamo.ts'
import { type Filling, fill } from './fill.ts'
import { secrets } from './secrets.ts'

/** Requests by operation, and what DynamoDB and KMS are billed by. */
export type AwsCounts = Units & {
  readonly requests: Readonly<Record<string, number>>
  readonly decrypts: number
  /** What the table of deliveries grew by. */
  readonly keptBytes: number
}

const latencyMs = Number(process.argv[2] ?? 0)
const dynamo = openDynamo()
let requests: Record<string, number> = {}
let decrypts = 0
let keptBefore = 0

type Body = Readonly<Record<string, unknown>>
const sent = v.object({ MessageBody: v.string() })
const batch = v.object({ Entries: v.array(v.object({ ...sent.entries, Id: v.string() })) })

const answers: Readonly<Record<string, (body: Body) => object>> = {
  GetQueueUrl: () => ({ QueueUrl: `${url}/queue` }),
  SendMessage: body => takenOf(v.parse(sent, body)),
  SendMessageBatch: body => ({
    Successful: v.parse(batch, body).Entries.map(it => ({ Id: it.Id, ...takenOf(it) })),
    Failed: [],
  }),
  ReceiveMessage: () => ({ Messages: [] }),
  ChangeMessageVisibility: () => ({}),
  DeleteMessage: () => ({}),
  GetQueueAttributes: () => ({ Attributes: { ApproximateNumberOfMessages: '0' } }),
  GetParameters(body) {
    const { Names } = v.parse(v.object({ Names: v.array(v.string()) }), body)
    const found = Names.flatMap(Name => (secrets[Name] === undefined ? [] : { Name, Value: secrets[Name] }))
    decrypts += found.length
    return { Parameters: found, InvalidParameters: Names.filter(it => secrets[it] === undefined) }
  },
  PutEvents: () => ({ FailedEntryCount: 0, Entries: [] }),
}

const { url } = await openServer(async (incoming, response) => {
  // S3, where nothing is.
  if (incoming.headers['x-amz-target'] === undefined)
    return void response.writeHead(404).end('<Error><Code>NoSuchKey</Code></Error>')
  const { status, body } = await answer(incoming)
  const reply = () =>
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' }).end(JSON.stringify(body))
  if (latencyMs > 0) setTimeout(reply, latencyMs)
  else reply()
})
openPeer(process, { aws: { url: () => url, usage, counts, fill: (what: Filling) => fill(dynamo, what) } })
endWithParent()

/** What was asked since the last time. */
function counts(): AwsCounts {
  const kept = dynamo.bytesIn('deliveries')
  const counted = { ...dynamo.units(), requests, decrypts, keptBytes: kept - keptBefore }
  keptBefore = kept
  requests = {}
  decrypts = 0
  return counted
}

async function answer(incoming: IncomingMessage): Promise<{ readonly status: number; readonly body: object }> {
  const name = String(incoming.headers['x-amz-target']).replace(/^.*\./, '')
  const body: Body = JSON.parse((await text(incoming)) || '{}')
  requests[name] = (requests[name] ?? 0) + 1
  if (dynamo.has(name)) return ofDynamo(name, body)
  const run = answers[name]
  return run === undefined ? { status: 400, body: { __type: `NotHere#${name}` } } : { status: 200, body: run(body) }
}

async function ofDynamo(name: string, body: Body): Promise<{ readonly status: number; readonly body: object }> {
  try {
    return { status: 200, body: await dynamo.answer(name, body) }
  } catch (error) {
    const type = error instanceof Error ? error.name : 'InternalServerError'
    return { status: 400, body: { __type: `com.amazonaws.dynamodb.v20120810#${type}`, message: `${error}` } }
  }
}

/** The SDK compares the digests. */
function takenOf({ MessageBody }: v.InferOutput<typeof sent>): object {
  return { MessageId: 'taken', MD5OfMessageBody: createHash('md5').update(MessageBody).digest('hex') }
}

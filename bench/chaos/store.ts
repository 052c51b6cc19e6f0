/** DynamoDB that throttles and leaves items unprocessed, in front of dynalite. */

import { type IncomingHttpHeaders, type IncomingMessage, request, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'

import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import dynalite from 'dynalite'
import * as v from 'valibot'

import { deployment } from '../../kit/deployment.ts'
import { listen, openServer } from '../../kit/listen.ts'
import { provisionTables } from '../../local/provision.ts'

/** What a request meets: it is throttled, or half of its batch stays unprocessed. */
export type StoreFault = 'throttled' | 'unprocessed'
export type FaultOf = (isBatch: boolean) => StoreFault | undefined
export type Store = { readonly port: number; close(): void }

type Asked = { readonly body: string; readonly headers: IncomingHttpHeaders }
type Answer = { readonly status: number; readonly body: string }

const reads = v.object({ Keys: v.array(v.unknown()) })
const batch = v.object({
  RequestItems: v.record(v.string(), v.union([v.looseObject(reads.entries), v.array(v.unknown())])),
})
type Items = v.InferOutput<typeof batch>['RequestItems']

/** Opens it; `faultOf` is asked about every request. */
export async function openStore(faultOf: FaultOf): Promise<Store> {
  const inner = dynalite({ createTableMs: 0 })
  const innerPort = await listen(inner)
  const { port, close } = await openServer((incoming, response) => {
    serve(incoming, response, { port: innerPort, faultOf }).catch(() => response.destroy())
  })
  return {
    port,
    close() {
      close()
      inner.closeAllConnections()
      inner.close()
    },
  }
}

type Inner = { readonly port: number; readonly faultOf: FaultOf }

async function serve(incoming: IncomingMessage, response: ServerResponse, { port, faultOf }: Inner): Promise<void> {
  const asked = { body: await text(incoming), headers: incoming.headers }
  const isBatch = /\.Batch/.test(String(incoming.headers['x-amz-target']))
  const { status, body } = await answerWith(faultOf(isBatch), asked, port)
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' }).end(body)
}

function answerWith(fault: StoreFault | undefined, asked: Asked, port: number): Answer | Promise<Answer> {
  if (fault === undefined) return forward(asked, port)
  return fault === 'throttled' ? throttled() : halfOf(asked, port)
}

function throttled(): Answer {
  const __type = 'com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException'
  return { status: 400, body: JSON.stringify({ __type, message: 'Throughput exceeds the limit' }) }
}

/** Carries out the first half of a batch; of one item nothing. */
async function halfOf({ body, headers }: Asked, port: number): Promise<Answer> {
  const { RequestItems, ...rest } = v.parse(v.pipe(v.string(), v.parseJson(), v.looseObject(batch.entries)), body)
  const left = slice(RequestItems, count => [Math.floor(count / 2), count])
  const done = slice(RequestItems, count => [0, Math.floor(count / 2)])
  const name = Object.values(RequestItems).every(Array.isArray) ? 'UnprocessedItems' : 'UnprocessedKeys'
  if (Object.keys(done).length === 0) return { status: 200, body: JSON.stringify({ [name]: left, Responses: {} }) }
  const answer = await forward({ body: JSON.stringify({ ...rest, RequestItems: done }), headers }, port)
  return { ...answer, body: JSON.stringify({ ...JSON.parse(answer.body), [name]: left }) }
}

function slice(items: Items, of: (count: number) => [number, number]): Items {
  const parts = Object.entries(items).map(([table, it]) => {
    if (Array.isArray(it)) return [table, it.slice(...of(it.length)), it.slice(...of(it.length)).length] as const
    const keys = it.Keys.slice(...of(it.Keys.length))
    return [table, { ...it, Keys: keys }, keys.length] as const
  })
  return Object.fromEntries(parts.flatMap(([table, it, count]) => (count === 0 ? [] : [[table, it]])))
}

function forward({ body, headers }: Asked, port: number): Promise<Answer> {
  const length = { 'content-length': Buffer.byteLength(body) }
  return new Promise((resolve, reject) => {
    const call = request({ port, host: '127.0.0.1', method: 'POST', headers: { ...headers, ...length } }, answer => {
      text(answer).then(it => resolve({ status: answer.statusCode ?? 500, body: it }), reject)
    })
    call.once('error', reject).end(body)
  })
}

/** Makes the deployment's tables, under short names; answers a client of them. */
export async function makeTables(port: number): Promise<DynamoDBClient> {
  const dynamodb = new DynamoDBClient(clientAt(port))
  await provisionTables(dynamodb, deployment.tables)
  return dynamodb
}

/** What a client of AWS is made with that asks a port of this machine. */
export function clientAt(port: number) {
  const credentials = { accessKeyId: 'chaos', secretAccessKey: 'chaos' }
  return { region: 'us-east-1', credentials, endpoint: `http://127.0.0.1:${port}` }
}

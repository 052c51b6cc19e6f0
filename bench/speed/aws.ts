/**
 * AWS as a process of its own, which answers from memory and at once what the sender asks of DynamoDB and SQS. It counts
 * the requests, and the write units of what is written.
 */

import { createHash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'

import * as v from 'valibot'

import { openServer } from '../../kit/listen.ts'
import { openPeer } from '../../kit/peer.ts'
import { endWithParent, usage } from '../../kit/usage.ts'

export type AwsCounts = { readonly requests: Readonly<Record<string, number>>; readonly writeUnits: number }

const item = v.record(v.string(), v.record(v.string(), v.unknown()))
type Item = v.InferOutput<typeof item>
const one = v.object({ TableName: v.string(), Key: item })
/** A batch is no longer than DynamoDB takes. */
const keys = v.pipe(v.array(item), v.maxLength(100))
const many = v.object({ RequestItems: v.record(v.string(), v.object({ Keys: keys })) })
const put = v.object({ Item: item })
const change = v.object({
  ...one.entries,
  UpdateExpression: v.string(),
  ExpressionAttributeNames: v.optional(v.record(v.string(), v.string()), {}),
  ExpressionAttributeValues: v.optional(item, {}),
})
const writes = v.object({
  RequestItems: v.record(v.string(), v.pipe(v.array(v.object({ PutRequest: put })), v.maxLength(25))),
})

const sent = v.object({ MessageBody: v.string() })

/** Rows by table and key. */
const rows = new Map<string, Item>()
let requests: Record<string, number> = {}
let writeUnits = 0

const answers: Readonly<Record<string, (body: unknown) => unknown>> = {
  GetItem(body) {
    const { TableName, Key } = v.parse(one, body)
    const found = rows.get(keyOf(TableName, Key))
    return found === undefined ? {} : { Item: found }
  },
  BatchGetItem(body) {
    const tables = Object.entries(v.parse(many, body).RequestItems)
    const found = tables.map(([table, { Keys }]) => [table, Keys.flatMap(key => rows.get(keyOf(table, key)) ?? [])])
    return { Responses: Object.fromEntries(found), UnprocessedKeys: {} }
  },
  BatchWriteItem(body) {
    const puts = Object.values(v.parse(writes, body).RequestItems).flat()
    // Done marks are written and never read again here: each event comes once.
    for (const { PutRequest } of puts) writeUnits += unitsOf(PutRequest.Item)
    return { UnprocessedItems: {} }
  },
  PutItem(body) {
    writeUnits += unitsOf(v.parse(put, body).Item)
    return {}
  },
  DeleteItem() {
    writeUnits += 1
    return {}
  },
  Query: () => ({ Items: [], Count: 0 }),
  UpdateItem: update,
  GetQueueUrl: () => ({ QueueUrl: `${url}/queue` }),
  SendMessage: body => takenOf(v.parse(sent, body)),
  SendMessageBatch(body) {
    const { Entries } = v.parse(v.object({ Entries: v.array(v.object({ ...sent.entries, Id: v.string() })) }), body)
    return { Successful: Entries.map(it => ({ Id: it.Id, ...takenOf(it) })), Failed: [] }
  },
  ChangeMessageVisibility: () => ({}),
}

/** Sets and removes fields, whatever the condition: nobody else writes these rows. */
function update(body: unknown): object {
  const { TableName, Key, UpdateExpression, ExpressionAttributeNames, ExpressionAttributeValues } = v.parse(
    change,
    body,
  )
  const nameOf = (place: string) => ExpressionAttributeNames[place] ?? place
  const set = [...UpdateExpression.matchAll(/(#\w+) = (:\w+)/g)].map(([, name = '', value = '']) => {
    return [nameOf(name), ExpressionAttributeValues[value] ?? { NULL: true }] as const
  })
  const gone = [...(/REMOVE (.*)$/.exec(UpdateExpression)?.[1]?.matchAll(/#\w+/g) ?? [])].map(([name]) => nameOf(name))
  const before = Object.entries(rows.get(keyOf(TableName, Key)) ?? Key).filter(([name]) => !gone.includes(name))
  rows.set(keyOf(TableName, Key), Object.fromEntries([...before, ...set]))
  return {}
}

const { url } = await openServer(async (incoming, response) => {
  const { status, body } = await answer(incoming)
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' }).end(JSON.stringify(body))
})
openPeer(process, { aws: { url: () => url, fill, counts, usage } })
endWithParent()

/** Puts rows, keyed by their first field, as DynamoDB writes them. */
function fill(table: string, items: readonly Item[]): void {
  for (const it of items) rows.set(keyOf(table, it), it)
}

/** What was asked since the last time. */
function counts(): AwsCounts {
  const counted = { requests, writeUnits }
  requests = {}
  writeUnits = 0
  return counted
}

async function answer(incoming: IncomingMessage): Promise<{ readonly status: number; readonly body: unknown }> {
  const name = String(incoming.headers['x-amz-target']).replace(/^.*\./, '')
  const body: unknown = JSON.parse(await text(incoming))
  requests[name] = (requests[name] ?? 0) + 1
  const run = answers[name]
  return run === undefined ? { status: 400, body: { __type: `NotHere#${name}` } } : { status: 200, body: run(body) }
}

/** The SDK compares the digests. */
function takenOf({ MessageBody }: v.InferOutput<typeof sent>): object {
  return { MessageId: 'taken', MD5OfMessageBody: createHash('md5').update(MessageBody).digest('hex') }
}

function keyOf(table: string, key: Item): string {
  return `${table} ${JSON.stringify(Object.values(key)[0])}`
}

/** As DynamoDB counts it, nearly: the names and the values; on the wire bytes are longer by a third. */
function unitsOf(it: Item): number {
  const sizes = Object.entries(it).map(([name, value]) => {
    const [[type, content] = ['', '']] = Object.entries(value)
    return name.length + String(content).length * (type === 'B' ? 0.75 : 1)
  })
  return Math.ceil(sizes.reduce((sum, size) => sum + size, 0) / 1024)
}

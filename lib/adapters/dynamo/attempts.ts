/**
 * The attempt journal of the sender: one row for each invocation that has not closed its attempt, all under one
 * partition key, so that one query finds them all. The ids of a hundred events fit into one write unit.
 */

import { DeleteCommand, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb'
import * as v from 'valibot'
import type { Log, Now } from '../../ports.ts'
import type { Attempt, AttemptStore } from '../../send/ports.ts'
import { type Dynamo, queryAll } from './dynamo.ts'

/** The key for the one queue whose events are sent. */
const queue = 'events'
/** SQS keeps a message for at most 14 days. */
const keepMs = 15 * 86_400_000
const nameBytes = 8

const row = v.object({
  at: v.pipe(v.string(), v.regex(/^\d{13}#[\w-]{1,64}$/)),
  names: v.instance(Uint8Array),
})

type Options = { readonly now: Now; readonly log?: Log }

/** Creates the store of attempts. An unreadable row is ignored, and logged. */
export function createAttemptStore(dynamo: Dynamo, table: string, { now, log }: Options): AttemptStore {
  return {
    async write({ id, at, names }) {
      const key = { queue, at: `${at}#${id}` }
      if (names.length === 0) {
        await dynamo.send(new DeleteCommand({ TableName: table, Key: key }))
        return
      }
      const bytes = Buffer.from(names.join(''), 'hex')
      const Item = { ...key, names: bytes, expiresAt: Math.ceil((now() + keepMs) / 1000) }
      await dynamo.send(new PutCommand({ TableName: table, Item }))
    },
    async open() {
      const found: Attempt[] = []
      for await (const items of queryAll(dynamo, from => query(table, from))) {
        const readable = items.flatMap(attemptIn)
        if (readable.length < items.length)
          log?.error('send.attempts-unreadable', { rows: items.length - readable.length })
        found.push(...readable)
      }
      return found
    },
  }
}

function query(table: string, from: Parameters<Parameters<typeof queryAll>[1]>[0]): QueryCommand {
  return new QueryCommand({
    TableName: table,
    ConsistentRead: true,
    KeyConditionExpression: '#queue = :queue',
    ExpressionAttributeNames: { '#queue': 'queue' },
    ExpressionAttributeValues: { ':queue': queue },
    ExclusiveStartKey: from,
  })
}

function attemptIn(item: unknown): Attempt[] {
  const read = v.safeParse(row, item)
  if (!read.success) return []
  const [at = '', id = ''] = read.output.at.split('#')
  return [{ id, at: Number(at), names: namesIn(read.output.names) }]
}

function namesIn(bytes: Uint8Array): string[] {
  const buffer = Buffer.from(bytes)
  return Array.from({ length: Math.floor(buffer.length / nameBytes) }, (_, index) =>
    buffer.toString('hex', index * nameBytes, (index + 1) * nameBytes),
  )
}

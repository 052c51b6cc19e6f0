/**
 * What invocations of the sender were about to send: one row each, all under one key and in the order of time, so that a
 * message that comes again finds those since its first receive by one query. A message is named by eight bytes of the
 * digest of its id, for a hundred of them fit into one write unit.
 */

import { hash } from 'node:crypto'

import { PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb'
import * as v from 'valibot'

import { checked } from '../checked.ts'
import type { AttemptStore, Now } from '../ports.ts'
import { type Dynamo, queryAll } from './dynamo.ts'

/** Of the only queue whose messages are sent. */
const queue = 'events'
/** A queue holds a message for at most 14 days. */
const keepMs = 15 * 86_400_000
/** The queue's clock, which tells of the first receive, and ours may differ. */
const skewMs = 60_000
const nameBytes = 8

const row = v.object({ at: v.string(), messages: v.instance(Uint8Array) })

/** Creates the store of attempts. */
export function createAttemptStore(dynamo: Dynamo, table: string, now: Now): AttemptStore {
  return {
    async write({ id, at, messageIds }) {
      const messages = Buffer.concat(messageIds.map(nameOf))
      const Item = { queue, at: `${at}#${id}`, messages, expiresAt: Math.ceil((now() + keepMs) / 1000) }
      await dynamo.send(new PutCommand({ TableName: table, Item }))
    },
    async attemptsOf(messageIds, since) {
      const byName = new Map(messageIds.map(it => [nameOf(it).toString('hex'), it]))
      const found = new Map<string, number[]>()
      for await (const items of queryAll(dynamo, from => query(table, since - skewMs, from))) {
        for (const { at, name } of items.flatMap(attemptsIn)) {
          const id = byName.get(name)
          if (id !== undefined) found.set(id, [...(found.get(id) ?? []), at])
        }
      }
      return found
    },
  }
}

/** Each message of a row, by its name, with the instant (ms) of the attempt. */
function attemptsIn(item: unknown) {
  const { at, messages } = checked(row, item, 'an attempt')
  return namesIn(messages).map(name => ({ at: Number.parseInt(at, 10), name }))
}

function query(table: string, since: number, from: Parameters<Parameters<typeof queryAll>[1]>[0]): QueryCommand {
  return new QueryCommand({
    TableName: table,
    ConsistentRead: true,
    KeyConditionExpression: '#queue = :queue AND #at >= :since',
    ExpressionAttributeNames: { '#queue': 'queue', '#at': 'at' },
    ExpressionAttributeValues: { ':queue': queue, ':since': `${Math.max(0, since)}` },
    ExclusiveStartKey: from,
  })
}

function nameOf(messageId: string): Buffer {
  return hash('sha256', messageId, 'buffer').subarray(0, nameBytes)
}

function namesIn(messages: Uint8Array): string[] {
  const bytes = Buffer.from(messages)
  return Array.from({ length: bytes.length / nameBytes }, (_, index) =>
    bytes.toString('hex', index * nameBytes, (index + 1) * nameBytes),
  )
}

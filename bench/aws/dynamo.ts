/** DynamoDB in memory behind its wire format, counted as it is billed. */

import {
  BatchGetCommand,
  BatchWriteCommand,
  DeleteCommand,
  GetCommand,
  PutCommand,
  QueryCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb'
import * as v from 'valibot'

import type { Item } from '../../kit/expressions.ts'
import { clientOf, openMemoryTables, type Written } from '../../kit/memory-dynamo.ts'
import { fromWire, toWire, weigh } from './wire.ts'

/** The fields that put an item into an index of its table (resources/tables.yml). */
const indexed = ['listed', 'waits', 'owner']
const [writeUnit, readUnit] = [1024, 4096]
/** DynamoDB counts so much for each item beside what is in it. */
const itemBytes = 100

const keys = v.object({ Keys: v.array(v.unknown()), ConsistentRead: v.optional(v.boolean()) })
const batchGet = v.object({ RequestItems: v.record(v.string(), keys) })
const put = v.object({ PutRequest: v.object({ Item: v.unknown() }) })
const batchWrite = v.object({ RequestItems: v.record(v.string(), v.array(put)) })
const answered = v.object({
  Item: v.optional(v.record(v.string(), v.unknown())),
  Items: v.optional(v.array(v.record(v.string(), v.unknown()))),
  Responses: v.optional(v.record(v.string(), v.array(v.record(v.string(), v.unknown())))),
  LastEvaluatedKey: v.optional(v.record(v.string(), v.unknown())),
  Attributes: v.optional(v.record(v.string(), v.unknown())),
})
type Body = Readonly<Record<string, unknown>>

/** On-demand units, and the rows behind them. */
export type Units = { readUnits: number; writeUnits: number; rowsRead: number; rowsWritten: number }
const noUnits = (): Units => ({ readUnits: 0, writeUnits: 0, rowsRead: 0, rowsWritten: 0 })

const commands: Readonly<Record<string, (body: Body) => object>> = {
  GetItem: body => new GetCommand(inputOf(body)),
  Query: body => new QueryCommand(inputOf(body)),
  PutItem: body => new PutCommand(inputOf(body)),
  UpdateItem: body => new UpdateCommand(inputOf(body)),
  DeleteItem: body => new DeleteCommand(inputOf(body)),
  BatchGetItem(body) {
    const wanted = Object.entries(v.parse(batchGet, body).RequestItems)
    const all = wanted.map(([table, { Keys, ...how }]) => [table, { ...how, Keys: Keys.map(fromWire) }])
    return new BatchGetCommand({ RequestItems: Object.fromEntries(all) })
  },
  BatchWriteItem(body) {
    const wanted = Object.entries(v.parse(batchWrite, body).RequestItems)
    const all = wanted.map(([table, puts]) => [
      table,
      puts.map(it => ({ PutRequest: { Item: fromWire(it.PutRequest.Item) } })),
    ])
    return new BatchWriteCommand({ RequestItems: Object.fromEntries(all) })
  },
}

/** Opens it, with all our tables, each empty. */
export function openDynamo() {
  const tables = openMemoryTables()
  let units = noUnits()
  const onWrite = (written: Written) => {
    units.writeUnits += writeUnitsOf(written)
    units.rowsWritten += 1
  }
  const client = clientOf(tables, work => work(), onWrite)
  return {
    has: (name: string) => name in commands,
    /** Puts rows that nobody counts. */
    fill(table: string, rows: Iterable<Item>): void {
      for (const row of rows) tables.get(table)?.put({ Item: row })
    },
    /** Answers a request by its operation; throws as DynamoDB does where a condition does not hold. */
    async answer(name: string, body: Body): Promise<object> {
      const command = commands[name]?.(body)
      // The client reads nothing else of a command.
      const answer = v.parse(answered, await client.send(command as never))
      const found = rowsOf(answer)
      units.rowsRead += found.length
      if (isRead(name)) units.readUnits += readUnitsOf(name, body, found)
      return onWire(answer)
    },
    /** What a table holds now, as storage is billed. */
    bytesIn(table: string): number {
      const items = [...(tables.get(table)?.items.values() ?? [])]
      return items.reduce((sum, it) => sum + itemBytes + weigh(it), 0)
    },
    /** The units since the last time. */
    units(): Units {
      const counted = units
      units = noUnits()
      return counted
    },
  }
}

type Answered = v.InferOutput<typeof answered>

function rowsOf({ Item, Items = [], Responses = {} }: Answered): Item[] {
  return [...(Item === undefined ? [] : [Item]), ...Items, ...Object.values(Responses).flat()]
}

function onWire({ Item, Items, Responses, LastEvaluatedKey, Attributes }: Answered): object {
  return {
    ...(Item && { Item: toWire(Item) }),
    ...(Items && { Items: Items.map(toWire), Count: Items.length }),
    ...(Responses && { Responses: mapped(Responses), UnprocessedKeys: {} }),
    ...(LastEvaluatedKey && { LastEvaluatedKey: toWire(LastEvaluatedKey) }),
    ...(Attributes && { Attributes: toWire(Attributes) }),
  }
}

const isRead = (name: string) => /Get|Query/.test(name)

/** An item's key and its values, or all its values, are items of their own on the wire. */
function inputOf<T>(body: Body): T {
  const read = Object.entries(body).map(([name, it]) => [name, inWire.has(name) ? fromWire(it) : it])
  return Object.fromEntries(read)
}

const inWire: ReadonlySet<string> = new Set(['Key', 'Item', 'ExpressionAttributeValues', 'ExclusiveStartKey'])

function mapped(responses: Readonly<Record<string, readonly Item[]>>) {
  return Object.fromEntries(Object.entries(responses).map(([table, rows]) => [table, rows.map(toWire)]))
}

/** A row is written into its table, and into each index that it is in or leaves. */
function writeUnitsOf({ before, after }: Written): number {
  const size = Math.max(weigh(before ?? {}), weigh(after ?? {}))
  const units = Math.max(1, Math.ceil(size / writeUnit))
  const changed = indexed.filter(it => before?.[it] !== undefined || after?.[it] !== undefined)
  return units * (1 + changed.length)
}

/** A read that is not strongly consistent costs half; one that finds nothing costs as much as the least. */
function readUnitsOf(name: string, body: Body, found: readonly Item[]): number {
  const each = (size: number) => Math.max(1, Math.ceil(size / readUnit))
  if (name === 'BatchGetItem') {
    const asked = Object.values(v.parse(batchGet, body).RequestItems)
    const isStrong = asked.some(it => it.ConsistentRead)
    const count = asked.reduce((sum, it) => sum + it.Keys.length, 0)
    const units = found.reduce((sum, it) => sum + each(weigh(it)), 0) + (count - found.length)
    return isStrong ? units : units / 2
  }
  const size = found.reduce((sum, it) => sum + weigh(it), 0)
  return body.ConsistentRead === true ? each(size) : each(size) / 2
}

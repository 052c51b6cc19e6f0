/** DynamoDB in memory, as far as our adapters use it: its commands, its conditions, and strong reads. */

import {
  BatchGetCommand,
  BatchWriteCommand,
  DeleteCommand,
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb'

import { checkRanges, holds, type Item, type Terms, updated } from './expressions.ts'
import { openIndex } from './memory-index.ts'

/** The keys of each table of resources/tables.yml. */
const keysOf = {
  tokens: ['appid'],
  logins: ['codeHash'],
  links: ['address'],
  deliveries: ['id'],
  attempts: ['queue', 'at'],
  walks: ['walk', 'part'],
  images: ['id'],
}

/** The sort keys of the indexes that are queried. */
const sortKeys: Readonly<Record<string, string>> = { 'by-state': 'listedAt', 'by-waiting': 'at', 'by-owner': 'id' }

/** The parts of a request that are looked at here. */
type Input = {
  readonly Key?: Item | undefined
  readonly Item?: Item | undefined
  readonly ConditionExpression?: string | undefined
  readonly KeyConditionExpression?: string | undefined
  readonly UpdateExpression?: string | undefined
  readonly ExpressionAttributeNames?: Terms['names'] | undefined
  readonly ExpressionAttributeValues?: Terms['values'] | undefined
  readonly ExclusiveStartKey?: Item | undefined
  readonly Limit?: number | undefined
  readonly IndexName?: string | undefined
  readonly ScanIndexForward?: boolean | undefined
}
type Table = ReturnType<typeof openTable>
export type Tables = ReadonlyMap<string, Table>
export type Written = { readonly before: Item | undefined; readonly after: Item | undefined }

/** Opens all our tables, each of them empty. */
export function openMemoryTables(): Tables {
  return new Map(Object.entries(keysOf).map(([name, keys]) => [name, openTable(keys)]))
}

function openTable(keys: readonly string[]) {
  const items = new Map<string, Item>()
  const nameOf = (item: Item) => keys.map(it => `${item[it]}`).join(' ')
  const indexes = new Map<string, ReturnType<typeof openIndex>>()
  const indexOf = (partition: string, by: string) => {
    const found = indexes.get(`${partition} ${by}`) ?? openIndex(items.values(), { partition, by, nameOf })
    indexes.set(`${partition} ${by}`, found)
    return found
  }
  /** Writes what `next` makes of the item before, if the condition of the request holds of that. */
  const write = (key: Item, input: Input, next: (before: Item | undefined) => Item | undefined): Written => {
    const name = nameOf(key)
    const before = items.get(name)
    const { ConditionExpression: condition } = input
    if (condition !== undefined && !holds(condition, before ?? {}, termsOf(input))) {
      throw Object.assign(new Error('the condition does not hold'), { name: 'ConditionalCheckFailedException' })
    }
    const after = next(before)
    for (const index of indexes.values()) index.change(before, after)
    if (after === undefined) items.delete(name)
    else items.set(name, after)
    return { before, after }
  }

  return {
    items,
    keyOf: nameOf,
    get: (key: Item) => items.get(nameOf(key)),
    put: (input: Input): Written => {
      const item = Object.fromEntries(Object.entries(input.Item ?? {}).filter(([, it]) => it !== undefined))
      return write(item, input, () => item)
    },
    remove: (input: Input): Written => write(input.Key ?? {}, input, () => undefined),
    update: (input: Input): Written =>
      write(input.Key ?? {}, input, before =>
        updated({ ...input.Key, ...before }, input.UpdateExpression ?? '', termsOf(input)),
      ),
    query(input: Input) {
      const { KeyConditionExpression = '', ExclusiveStartKey: after, Limit: limit = Number.POSITIVE_INFINITY } = input
      const by = sortKeys[input.IndexName ?? ''] ?? keys.at(-1) ?? ''
      const { name, value } = partitionOf(input)
      const isThere = (it: Item) => items.get(nameOf(it)) === it
      const { items: found, hasMore } = indexOf(name, by).page(value, {
        isRising: input.ScanIndexForward !== false,
        ...{ after, limit },
        holds: it => isThere(it) && holds(KeyConditionExpression, it, termsOf(input)),
      })
      return { Items: found, ...(hasMore && { LastEvaluatedKey: found.at(-1) }) }
    },
  }
}

/** Every condition on keys begins with the partition: `#walk = :walk`. */
function partitionOf({ KeyConditionExpression = '', ...input }: Input): { name: string; value: unknown } {
  const [, name = '', value = ''] = /^(#?\w+) = (:\w+)/.exec(KeyConditionExpression) ?? []
  const { names, values } = termsOf(input)
  return { name: names[name] ?? name, value: values[value] }
}

function termsOf({ ExpressionAttributeNames: names = {}, ExpressionAttributeValues: values = {} }: Input): Terms {
  return { names, values }
}

type OnWrite = (written: Written) => void

/** A client of these tables; each request goes through `request`. */
export function clientOf(
  tables: Tables,
  request: (work: () => Promise<object>) => Promise<object> = work => work(),
  onWrite: OnWrite = () => undefined,
): DynamoDBDocumentClient {
  const send = (command: { readonly input: unknown }) => request(async () => answer(command, tables, onWrite))
  return Object.assign(Object.create(DynamoDBDocumentClient.prototype), { send })
}

type Of = (name: string | undefined) => Table

function answer(command: object, tables: Tables, onWrite: OnWrite): object {
  const of: Of = name => tableOf(tables, name)
  if (command instanceof BatchGetCommand) return getAll(command, of)
  if (command instanceof GetCommand) return { Item: of(command.input.TableName).get(command.input.Key ?? {}) }
  if (command instanceof QueryCommand) return queryIn(command, of)
  const written = command instanceof BatchWriteCommand ? putAll(command, of) : [change(command, of)]
  for (const it of written) onWrite(it)
  return { Attributes: attributesAsked(command, written[0]) }
}

/** As DynamoDB does: a batch is of distinct keys, and not of many. */
function checkBatch(keys: readonly (readonly [table: string, key: unknown])[], most: number): void {
  const distinct = new Set(keys.map(it => JSON.stringify(it)))
  if (keys.length > 0 && keys.length <= most && distinct.size === keys.length) return
  const words = `a batch takes 1 to ${most} distinct keys; these are ${keys.length}, ${distinct.size} of them distinct`
  throw Object.assign(new Error(words), { name: 'ValidationException' })
}

function getAll({ input }: BatchGetCommand, of: Of): object {
  const wanted = Object.entries(input.RequestItems ?? {})
  checkBatch(
    wanted.flatMap(([name, { Keys = [] }]) => Keys.map(it => [name, it] as const)),
    100,
  )
  const found = wanted.map(([name, { Keys = [] }]) => [name, Keys.flatMap(it => of(name).get(it) ?? [])])
  return { Responses: Object.fromEntries(found) }
}

function queryIn({ input }: QueryCommand, of: Of): object {
  checkRanges(input.KeyConditionExpression ?? '', termsOf(input))
  return of(input.TableName).query(input)
}

function putAll({ input }: BatchWriteCommand, of: Of): Written[] {
  const wanted = Object.entries(input.RequestItems ?? {})
  const keys = wanted.flatMap(([name, puts]) =>
    puts.map(it => [name, of(name).keyOf(it.PutRequest?.Item ?? {})] as const),
  )
  checkBatch(keys, 25)
  return wanted.flatMap(([name, puts]) => puts.map(it => of(name).put({ Item: it.PutRequest?.Item })))
}

function change(command: object, of: Of): Written {
  if (command instanceof PutCommand) return of(command.input.TableName).put(command.input)
  if (command instanceof DeleteCommand) return of(command.input.TableName).remove(command.input)
  if (command instanceof UpdateCommand) return of(command.input.TableName).update(command.input)
  throw new Error(`${command.constructor.name} is not understood here`)
}

function attributesAsked(command: object, { before, after }: Partial<Written> = {}): Item | undefined {
  if (command instanceof DeleteCommand && command.input.ReturnValues === 'ALL_OLD') return before
  return command instanceof UpdateCommand && command.input.ReturnValues === 'ALL_NEW' ? after : undefined
}

function tableOf(tables: Tables, name = ''): Table {
  const table = tables.get(name)
  if (table === undefined) throw new Error(`there is no table ${name}`)
  return table
}
